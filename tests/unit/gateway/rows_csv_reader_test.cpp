// CSV by RFC 4180 and what stands beyond it. Every text here is also read in small pieces and must give the same rows.
#include "rows/csv_reader.hpp"

#include "support/catch.hpp"

#include "pieces.hpp"

#include <random>

using rows::CsvReader;
using rows::CsvRow;
using namespace std::string_literals;

namespace {

using Rows = std::vector<std::string>;

/// "3[a][b]": the row of line 3 with its fields; "3! why": a fault.
std::string text_of(const CsvRow& row) {
  std::string text = std::to_string(row.line);
  if (!row.fault.empty()) return text + "! " + row.fault;
  for (const std::string& field : row.fields) text += "[" + field + "]";
  return text;
}

Rows read_in(std::size_t size, std::string_view bytes) {
  CsvReader reader;
  CsvRow row;
  Rows read;
  pieces::each(bytes, size, [&](std::string_view piece) {
    reader.put(piece);
    while (reader.next(row)) read.push_back(text_of(row));
  });
  if (reader.finish(row)) read.push_back(text_of(row));
  CHECK_FALSE(reader.finish(row));
  return read;
}

Rows read(std::string_view bytes) {
  const Rows whole = read_in(0, bytes);
  for (const std::size_t size : pieces::sizes)
    if (read_in(size, bytes) != whole) {
      CAPTURE(size);
      CHECK(read_in(size, bytes) == whole);
    }
  return whole;
}

const std::string quote_inside = "! a quote stands inside a field that is not quoted";
const std::string text_after = "! text follows a closing quote";
const std::string unclosed = "! a quoted field has no closing quote";
const std::string too_long = "! is longer than 262144 bytes";
const std::string too_many = "! has more than 64 fields";

}  // namespace

TEST_CASE("CSV: a line end is LF or CRLF, and the last row needs none") {
  const Rows rows{"1[a][b]", "2[c][d]", "3[e][f]"};
  CHECK(read("a,b\nc,d\ne,f\n") == rows);
  CHECK(read("a,b\r\nc,d\r\ne,f\r\n") == rows);
  CHECK(read("a,b\r\nc,d\ne,f") == rows);
  CHECK(read("a,b\nc,d\r\ne,f\r") == rows);
  CHECK(read("a,b\n\"c\",\"d\"\n\"e\",\"f\"\r") == rows);
  CHECK(read("").empty());
}

TEST_CASE("CSV: quotes keep commas, quotes and line ends as they are") {
  CHECK(read("\"a,b\",c\n") == Rows{"1[a,b][c]"});
  CHECK(read("\"a\"\"b\",\"\"\"\",\"\"\"\"\"\"\n") == Rows{"1[a\"b][\"][\"\"]"});
  CHECK(read("\"a\nb\r\nc\rd\",e\r\nf,g\n") == Rows{"1[a\nb\r\nc\rd][e]", "4[f][g]"});
  CHECK(read("\" a \", b \n") == Rows{"1[ a ][ b ]"});
}

TEST_CASE("CSV: a row's line is where it begins") {
  CHECK(read("a\n\"b\nb\nb\"\nc\n\n\nd\n\"e\n\"") == Rows{"1[a]", "2[b\nb\nb]", "5[c]", "8[d]", "9[e\n]"});
  CHECK(read("a\nb\"\n\"c\n\n\"x\nd\n") == Rows{"1[a]", "2" + quote_inside, "3" + text_after, "6[d]"});
}

TEST_CASE("CSV: fields may be empty, also the last one") {
  CHECK(read(",\n,,\na,\n,a\n") == Rows{"1[][]", "2[][][]", "3[a][]", "4[][a]"});
  CHECK(read("\"\",\"\"\n\"\",a") == Rows{"1[][]", "2[][a]"});
  CHECK(read("a,") == Rows{"1[a][]"});
  CHECK(read("a,\r\n") == Rows{"1[a][]"});
}

TEST_CASE("CSV: blank lines are passed over but counted; an empty field in quotes is no blank line") {
  CHECK(read("\n\r\na\n\n\nb\n\n") == Rows{"3[a]", "6[b]"});
  CHECK(read("\n\r").empty());
  CHECK(read("\"\"\n\na\n\"\"") == Rows{"1[]", "3[a]", "4[]"});
  CHECK(read(" \n") == Rows{"1[ ]"});
}

TEST_CASE("CSV: a byte order mark is passed over at the very beginning only") {
  CHECK(read("\xEF\xBB\xBF"
             "a,b\n") == Rows{"1[a][b]"});
  CHECK(read("\xEF\xBB\xBF\"a\",b\n") == Rows{"1[a][b]"});
  CHECK(read("\xEF\xBB\xBF\n\xEF\xBB\xBF"
             "a\n") == Rows{"2[\xEF\xBB\xBF"
                            "a]"});
  CHECK(read("\xEF\xBB\xBF\xEF\xBB\xBF"
             "a\n") == Rows{"1[\xEF\xBB\xBF"
                            "a]"});
  CHECK(read("a\xEF\xBB\xBF\n") == Rows{"1[a\xEF\xBB\xBF]"});
  CHECK(read("\xEF\xBB\xBF").empty());
}

TEST_CASE("CSV: the beginning of a mark that is none belongs to the text") {
  CHECK(read("\xEF"
             "a\n") == Rows{"1[\xEF"
                            "a]"});
  CHECK(read("\xEF\xBB"
             "a,b\n") == Rows{"1[\xEF\xBB"
                              "a][b]"});
  CHECK(read("\xEF\xBB,b\n") == Rows{"1[\xEF\xBB][b]"});
  CHECK(read("\xEF\xBB\n") == Rows{"1[\xEF\xBB]"});
  CHECK(read("\xEF\xBB\"") == Rows{"1" + quote_inside});
  CHECK(read("\xEF\xEF\xBB\xBF") == Rows{"1[\xEF\xEF\xBB\xBF]"});
}

TEST_CASE("CSV: a carriage return that ends no line is text, but not after a closing quote") {
  CHECK(read("a\rb\r\r\n") == Rows{"1[a\rb\r]"});
  CHECK(read("\r,\ra\n") == Rows{"1[\r][\ra]"});
  CHECK(read("\"a\"\rb\nc\n") == Rows{"1" + text_after, "2[c]"});
  CHECK(read("\"a\"\r\r\nc\n") == Rows{"1" + text_after, "2[c]"});
}

TEST_CASE("CSV: a broken row costs its own line only") {
  CHECK(read("a\"b,c\nd,e\n") == Rows{"1" + quote_inside, "2[d][e]"});
  CHECK(read("a,b\"\n\"c\" ,d\ne\n") == Rows{"1" + quote_inside, "2" + text_after, "3[e]"});
  CHECK(read("\"a\"b\"\"\n\"c\"\"d\"e,\"\nf") == Rows{"1" + text_after, "2" + text_after, "3[f]"});
  CHECK(read("a \"b\"") == Rows{"1" + quote_inside});
}

TEST_CASE("CSV: a quote that is never closed is a fault of the row where it stands") {
  CHECK(read("a\nb,\"c\nd\ne,f\n") == Rows{"1[a]", "2" + unclosed});
  CHECK(read("\"") == Rows{"1" + unclosed});
  CHECK(read("\"a\"\"") == Rows{"1" + unclosed});
}

TEST_CASE("CSV: NUL and bytes that are no UTF-8 are passed on: what reads the fields judges them") {
  CHECK(read("a\0b,\xff\n"s) == Rows{"1[a\0b][\xff]"s});
}

TEST_CASE("CSV: a row may be as long as the limit and no longer, however it is cut into fields") {
  const std::string most(CsvReader::most_bytes, 'x'), half(CsvReader::most_bytes / 2, 'x');
  CHECK(read(most + "\na\n") == Rows{"1[" + most + "]", "2[a]"});
  CHECK(read(most + "y\na\n") == Rows{"1" + too_long, "2[a]"});
  CHECK(read("\"" + most + "\"\na\n") == Rows{"1[" + most + "]", "2[a]"});
  CHECK(read("\"" + most + "y\"\na\n") == Rows{"1" + too_long, "2[a]"});
  CHECK(read("\"" + most + "\"\"\"\na\n") == Rows{"1" + too_long, "2[a]"});
  CHECK(read(half + "," + half + "\na\n") == Rows{"1[" + half + "][" + half + "]", "2[a]"});
  CHECK(read(half + "," + half + "y\na\n") == Rows{"1" + too_long, "2[a]"});
  CHECK(read(most + most + most) == Rows{"1" + too_long});
}

TEST_CASE("CSV: after an over-long field with line ends in it, reading goes on at the line end that follows the limit") {
  const std::string line = std::string(1023, 'x') + "\n";
  std::string field;
  while (field.size() < CsvReader::most_bytes) field += line;
  CHECK(read("\"" + field + "too much\nb\n") == Rows{"1" + too_long, "258[b]"});
  CHECK(read("\"" + field + "\"\nb\n") == Rows{"1[" + field + "]", "258[b]"});
}

TEST_CASE("CSV: as many fields as the limit and no more") {
  std::string row = "x", shown = "[x]";
  for (std::size_t i = 1; i < CsvReader::most_fields; ++i) row += ",x", shown += "[x]";
  CHECK(read(row + "\na\n") == Rows{"1" + shown, "2[a]"});
  CHECK(read(row + ",\na\n") == Rows{"1" + too_many, "2[a]"});
  CHECK(read(row + ",\"y\",z\na\n") == Rows{"1" + too_many, "2[a]"});
}

TEST_CASE("CSV: whatever is written comes back") {
  std::mt19937 random(20240607);
  const auto below = [&](int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random); };
  const std::vector<std::string> parts{"a", "bc", ",", "\"", "\"\"", "\n", "\r\n", "\r", " ", "中文", "\xEF\xBB\xBF", "\xff", "0"};
  for (int round = 0; round < 300; ++round) {
    Rows written;
    std::string file = below(2) ? "\xEF\xBB\xBF" : "";
    int line = 1;
    for (int row = below(6); row > 0; --row) {
      std::string fields;
      int lines = 1;
      for (int field = 1 + below(5), first = field; field > 0; --field) {
        std::string text;
        for (int part = below(4); part > 0; --part) text += parts[static_cast<std::size_t>(below(static_cast<int>(parts.size())))];
        if (field != first) file += ',';
        const bool needed = text.empty() || text.find_first_of(",\"\r\n") != std::string::npos || text.starts_with("\xEF\xBB\xBF");
        if (needed || below(2)) {
          file += '"';
          for (const char c : text) file += c == '"' ? "\"\""s : std::string(1, c);
          file += '"';
        } else {
          file += text;
        }
        lines += static_cast<int>(std::count(text.begin(), text.end(), '\n'));
        fields += "[" + text + "]";
      }
      written.push_back(std::to_string(line) + fields);
      if (row > 1 || below(2)) file += below(2) ? "\n" : "\r\n";
      line += lines;
    }
    CAPTURE(round, file);
    CHECK(read(file) == written);
  }
}

TEST_CASE("CSV: text that means nothing gives the same rows and faults in any pieces") {
  std::mt19937 random(4180);
  const std::string_view alphabet = "aa,,\"\"\"\r\n\n\xEF\xBB\xBF";
  std::uniform_int_distribution<std::size_t> letter(0, alphabet.size() - 1), length(0, 40);
  for (int round = 0; round < 2000; ++round) {
    std::string file;
    for (std::size_t i = length(random); i > 0; --i) file += alphabet[letter(random)];
    CAPTURE(round, file);
    read(file);
  }
}
