#pragma once
// HTML character references: what "&eacute;" and "&#233;" stand for, by HTML5's rules.
//
// Owns:    nothing; the table is html_entity_table.inc, written by make_html_entities.py.
// Threads: any.
// Errors:  none; what is no reference stays as it is.
// Units:   code points.
#include <string>
#include <string_view>

namespace fovea::encoder {

// Every reference in `text` replaced once; a few old names count without their semicolon.
std::u32string UnescapeHtml(std::u32string_view text);

// Only references that end in a semicolon, and also names written in capitals ("&EACUTE;"), as ftfy does it.
std::u32string UnescapeTerminatedHtml(std::u32string_view text);

// What the numbers 0x80..0x9F mean where a text uses them as characters: Windows-1252; five of them nothing but themselves.
char32_t Windows1252Character(char32_t number);

}  // namespace fovea::encoder
