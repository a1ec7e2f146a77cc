// The frame of a report: style, script and the pieces sections are made of. The markup is well-formed XML as well as HTML, which a test checks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace offramp::runtime::report {

/// A table; cells are markup already. The first column is text, the others are numbers (aligned right).
struct HtmlTable {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;
  std::vector<size_t> strong;  ///< rows that stand out
};
std::string render(const HtmlTable &table);

/// `<section id=…>` with a heading, a sentence on what is seen, and content.
std::string section(std::string_view id, std::string_view heading, std::string_view lead, std::string_view content);

/// Charts side by side where there is room.
std::string charts(const std::vector<std::string> &figures);
/// A large number with its name.
std::string tile(std::string_view value, std::string_view name, std::string_view remark);
/// Content that is closed until asked for.
std::string details(std::string_view summary, std::string_view content);

/// The whole page. `data` is JSON that goes along for other programs (element `report-data`).
std::string page(std::string_view title, std::string_view subtitle, std::string_view body, std::string_view data);

}  // namespace offramp::runtime::report
