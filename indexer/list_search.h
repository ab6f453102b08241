#pragma once
// ListSearch answers one query from the lists of a clustered index that can hold its best rows, and stops when the rest hardly can.
//
// Within list l the scores of rows spread around the middle's, q.c_l, by sigma_l = s_l times the deviation of q.r (centroids.h): it is
// measured for each query, so that texts, which lie elsewhere than pictures, get the lists that they need. Lists are looked at by
// how high their best row is expected to score. With f, the k-th best score so far, and n_l rows in list l, the lists that are left hold
//   sum of n_l Q((f - q.c_l) / (kWiden sigma_l))        (Q: the normal distribution's upper tail)
// rows above f. Lists that were looked at show how right this is: the sum is taken (met + 3) / (expected + 3) times, and the search ends when
// that is below kMissed k. Rows that are looked at are scored as an exact search does.
//
// Owns:    nothing; borrows rows and centroids for one search.
// Threads: works on the caller's.
// Errors:  none. Requires: a query of unit length; rows.lists() == centroids.size() + 1.
// Units:   cosines. Where the constants come from: docs/decisions/010-approximate-lists.md.
#include "indexer/among_rows.h"
#include "indexer/centroids.h"
#include "indexer/listed_rows.h"
#include "indexer/vector_index.h"

namespace fovea::indexer {

// `among`: the rows of query.among.
IndexAnswer SearchLists(const ListedRows& rows, const Centroids& centroids, const IndexQuery& query, AmongRows& among);

// The k best of those that the query stays among, scored one by one.
std::vector<Neighbour> ScoreEach(const ListedRows& rows, const IndexQuery& query);

}  // namespace fovea::indexer
