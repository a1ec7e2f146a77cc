// See Table.h.
#include "runtime/data/Table.h"

#include "runtime/data/CellParser.h"
#include "runtime/data/TextField.h"


#include <map>

namespace offramp::runtime {
namespace {

constexpr int64_t wholeSample = -1;

/// What a cell of each record is for.
struct Binding {
  size_t column = 0;  ///< in the file
  size_t field = 0;
  int64_t element = wholeSample;  ///< or its number in a Values field that is spread over columns
  size_t second = 0;              ///< pairs of texts: the column of the other text
};

using Header = std::map<std::string, std::vector<size_t>, std::less<>>;  // column numbers by name

constexpr size_t kShown = 20;  // column names in a message

std::string elementName(const FieldSpec &spec, int64_t element) { return fmt::format("{}_{}", spec.name, element); }

class Binder {
 public:
  Binder(DatasetBuilder &builder, const std::vector<std::string> &first, const Place &place) : builder(builder), first(first), place(place) {
    for (size_t i = 0; i < first.size(); ++i) header[std::string(trimmed(first[i]))].push_back(i);
  }

  /// Bindings from the header line; nothing if a field has no column there.
  std::optional<std::vector<Binding>> byName() {
    std::vector<Binding> bindings;
    for (size_t f = 0; f < builder.fields(); ++f)
      if (!bindField(f, bindings) && !builder.mayBeAbsent(f)) {
        missing = f;
        return std::nullopt;
      }
    for (size_t f = 0; f < builder.fields(); ++f) builder.column(f).present = bound.contains(f);
    return bindings;
  }

  /// Bindings of a file without a header: fields side by side in their order.
  std::optional<std::vector<Binding>> byPlace() {
    if (hasText()) return std::nullopt;  // any cell could be a text
    for (bool withLabels : {true, false}) {
      std::vector<Binding> bindings;
      for (size_t f = 0; f < builder.fields(); ++f) {
        if (!withLabels && builder.mayBeAbsent(f)) continue;
        int64_t cells = spreads(f) ? elementsOf(builder.spec(f)) : 1;
        // A field of more elements than the line has cells cannot fit; no need to list them.
        if (cells > (int64_t)first.size()) return std::nullopt;
        for (int64_t e = 0; e < cells; ++e) bindings.push_back({bindings.size(), f, spreads(f) ? e : wholeSample});
      }
      if (bindings.size() != first.size() || !areNumbers(bindings)) continue;
      for (size_t f = 0; f < builder.fields(); ++f) builder.column(f).present = withLabels || !builder.mayBeAbsent(f);
      return bindings;
    }
    return std::nullopt;
  }

  [[noreturn]] void complain() const {
    const FieldSpec &spec = builder.spec(missing);
    std::string wanted = inQuotes(!isText(spec) ? spec.name : header.contains(spec.firstColumn) ? spec.secondColumn : spec.firstColumn);
    if (spreads(missing)) wanted += fmt::format(" or `{}` to `{}`", elementName(spec, 0), elementName(spec, elementsOf(spec) - 1));
    const std::string text = fmt::format("{}: no column {} for field `{}`: {}; the columns are {}", place.text(), wanted, spec.name, describe(spec), listed(first, kShown));
    int64_t needed = 0;
    bool numbers = true;
    for (size_t f = 0; f < builder.fields(); ++f) needed += spreads(f) ? elementsOf(builder.spec(f)) : 1;
    for (const std::string &cell : first) numbers &= parseNumber(cell).has_value();
    if (!numbers || hasText()) userError("{}", text);
    userError("{}. Without a header a line has {} cells for the fields of the model, this one has {}", text, needed, first.size());
  }

 private:
  bool hasText() const {
    for (size_t f = 0; f < builder.fields(); ++f)
      if (isText(builder.spec(f))) return true;
    return false;
  }

  bool spreads(size_t f) const { return builder.spec(f).kind == FieldKind::Values && !builder.spec(f).shape.empty(); }

  bool bindColumn(const std::string &name, size_t f, int64_t element, std::vector<Binding> &bindings) {
    auto found = header.find(name);
    if (found == header.end()) return false;
    if (found->second.size() > 1) userError("{}: two columns are named {}", place.text(), inQuotes(name));
    bindings.push_back({found->second[0], f, element});
    bound[f] = true;
    return true;
  }

  bool bindField(size_t f, std::vector<Binding> &bindings) {
    const FieldSpec &spec = builder.spec(f);
    if (isSegments(spec)) return bound[f] = true;
    if (isText(spec)) {
      std::vector<Binding> columns;
      if (!bindColumn(spec.firstColumn, f, wholeSample, columns)) return false;
      if (isPair(spec) && !bindColumn(spec.secondColumn, f, wholeSample, columns)) return false;
      bindings.push_back(columns[0]);
      bindings.back().second = columns.back().column;
      return true;
    }
    if (bindColumn(spec.name, f, wholeSample, bindings)) return true;
    if (!spreads(f) || !header.contains(elementName(spec, 0))) return false;
    for (int64_t e = 0; e < elementsOf(spec); ++e)
      if (!bindColumn(elementName(spec, e), f, e, bindings))
        userError("{}: column `{}` is there but `{}` is not; field `{}`: {} needs `{}` to `{}`", place.text(), elementName(spec, 0),
                  elementName(spec, e), spec.name, describe(spec), elementName(spec, 0), elementName(spec, elementsOf(spec) - 1));
    return true;
  }

  bool areNumbers(const std::vector<Binding> &bindings) const {
    for (const Binding &b : bindings) {
      FieldKind kind = builder.spec(b.field).kind;
      if ((kind == FieldKind::Values || isNumberLabel(builder.spec(b.field))) && !parseNumber(first[b.column])) return false;
      if (kind == FieldKind::Tokens && !isIdList(first[b.column])) return false;
    }
    return true;
  }

  static bool isIdList(std::string_view cell) {
    return !trimmed(cell).empty() && cell.find_first_not_of("0123456789 []," ) == std::string_view::npos;
  }

  DatasetBuilder &builder;
  const std::vector<std::string> &first;
  Place place;
  Header header;
  std::map<size_t, bool> bound;
  size_t missing = 0;
};

void readRecord(DatasetBuilder &builder, const std::vector<Binding> &bindings, const std::vector<std::string> &cells, const Place &place) {
  for (const Binding &b : bindings) {
    Column &column = builder.column(b.field);
    const std::string &cell = cells[b.column];
    if (column.spec.kind == FieldKind::Label)
      builder.addLabel(b.field, [&](Column &to, LabelMap &classes) { isNumberLabel(to.spec) ? appendCell(to, cell, place) : classes.add(to, cell, place); });
    else if (isText(column.spec))
      appendText(builder, b.field, cell, cells[b.second]);
    else if (b.element == wholeSample)
      appendCell(column, cell, place);
    else if (auto number = parseNumber(cell))
      appendValue(column, *number, cell, place);
    else
      dataError(place, column.spec.name, "value {} of element {} is not a number", inQuotes(cell), b.element);
  }
}

bool isEmptyLine(const std::vector<std::string> &cells) { return cells.size() == 1 && trimmed(cells[0]).empty(); }

}  // namespace

int64_t readTable(RecordSource &source, DatasetBuilder &builder) {
  std::vector<std::string> first;
  if (!source.next(first) || isEmptyLine(first)) userError("{}: empty, expected a table with a header line", source.name());
  if (first[0].starts_with("\xEF\xBB\xBF")) first[0].erase(0, 3);

  Binder binder(builder, first, Place{source.name(), source.line()});
  auto bindings = binder.byName();
  const bool hasHeader = bindings.has_value();
  if (!hasHeader) bindings = binder.byPlace();
  if (!bindings) binder.complain();

  int64_t rows = 0;
  if (!hasHeader) {
    readRecord(builder, *bindings, first, Place{source.name(), source.line()});
    ++rows;
  }
  std::vector<std::string> cells;
  int64_t emptyLine = 0;
  while (source.next(cells)) {
    Place place{source.name(), source.line()};
    if (emptyLine > 0) userError("{}:{}: an empty line inside the table", source.name(), emptyLine);
    if (isEmptyLine(cells)) {
      emptyLine = source.line();
      continue;
    }
    if (cells.size() != first.size())
      userError("{}: {} fields, but the {} has {}", place.text(), cells.size(), hasHeader ? "header" : "first line", first.size());
    readRecord(builder, *bindings, cells, place);
    ++rows;
  }
  return rows;
}

}  // namespace offramp::runtime
