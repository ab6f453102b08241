// What the pictures are narrowed to: plain texts by field, as they stand in the address and in the row below the search box.
export const FILTER_FIELDS = ['from', 'to', 'folder', 'camera', 'shape', 'type'] as const;
export type FilterField = (typeof FILTER_FIELDS)[number];
export type Filters = Partial<Record<FilterField, string>>; // none is empty

export function filtersOf(read: (field: FilterField) => string | null): Filters {
  const filters: Filters = {};
  for (const field of FILTER_FIELDS) {
    const value = read(field)?.trim();
    if (value) filters[field] = value;
  }
  return filters;
}

export const isNarrowed = (filters: Filters): boolean => Object.keys(filters).length > 0;

/** The filter of the HTTP interface, or null when everything fits. */
export function filterJson({ from, to, ...words }: Filters): string | null {
  const date = { ...(from ? { from } : {}), ...(to ? { to } : {}) };
  const filter = { ...words, ...(from || to ? { date } : {}) };
  return isNarrowed(filter) ? JSON.stringify(filter) : null;
}
