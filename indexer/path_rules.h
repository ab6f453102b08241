#pragma once
// PathRules says by name alone which files fovea takes and which files and folders it passes over without a word.
//
// Owns:    nothing; plain functions.
// Threads: any thread may call.
// Errors:  none.
// Units:   names and paths are bytes as the file system has them, never decoded.
//
// The rules (indexer/README.md repeats them for users):
//   - names that begin with '.', and @eaDir, #recycle, $RECYCLE.BIN, System Volume Information, lost+found, __MACOSX, @Recycle,
//     @Recently-Snapshot are passed over, and all that lies below them;
//   - a file is taken when its name ends in jpg jpeg jpe jfif png webp gif tif tiff heic heif hif avif jxl (any case) or
//     has no extension at all;
//   - symbolic links are never followed, neither to files nor to folders;
//   - only regular files are taken: FIFOs, sockets and devices are passed over whatever their name.
#include <string>
#include <string_view>

namespace fovea::indexer {

// `name` is one part of a path, without slashes.
bool IsPassedOverFolder(std::string_view name);
bool IsPictureName(std::string_view name);

// The same for a path relative to its root: no folder on the way is passed over, and the last part is a picture's name.
bool IsPicturePath(std::string_view relative_path);

// "folder" + "name" -> "folder/name"; an empty folder is the root itself.
std::string JoinPath(std::string_view folder, std::string_view name);

}  // namespace fovea::indexer
