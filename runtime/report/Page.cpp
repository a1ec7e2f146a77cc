// See Page.h.
#include "runtime/report/Page.h"

#include "runtime/report/Style.h"
#include "runtime/report/Text.h"

#include <fmt/format.h>

#include <algorithm>

namespace offramp::runtime::report {
namespace {

/// JSON that may stand in a <script> of HTML and of XML: no `<`, no `&`.
std::string jsonInScript(std::string_view json) {
  std::string out;
  for (char c : json) {
    if (c == '<') out += "\\u003c";
    else if (c == '>') out += "\\u003e";
    else if (c == '&') out += "\\u0026";
    else out += c;
  }
  return out;
}

}  // namespace

std::string render(const HtmlTable &table) {
  std::string out = "<div class=\"scroll\"><table><thead><tr>";
  for (const std::string &cell : table.head) out += "<th scope=\"col\">" + cell + "</th>";
  out += "</tr></thead><tbody>";
  for (size_t r = 0; r < table.rows.size(); ++r) {
    out += std::find(table.strong.begin(), table.strong.end(), r) != table.strong.end() ? "<tr class=\"strong\">" : "<tr>";
    for (size_t c = 0; c < table.rows[r].size(); ++c) out += c == 0 ? "<th scope=\"row\">" + table.rows[r][c] + "</th>" : "<td>" + table.rows[r][c] + "</td>";
    out += "</tr>";
  }
  return out + "</tbody></table></div>\n";
}

std::string section(std::string_view id, std::string_view heading, std::string_view lead, std::string_view content) {
  return fmt::format("<section id=\"{}\"><h2>{}</h2>{}{}</section>\n", id, escape(heading), lead.empty() ? "" : fmt::format("<p class=\"lead\">{}</p>", lead), content);
}

std::string charts(const std::vector<std::string> &figures) {
  std::string out = "<div class=\"charts\">";
  for (const std::string &figure : figures) out += figure;
  return out + "</div>";
}

std::string tile(std::string_view value, std::string_view name, std::string_view remark) {
  return fmt::format("<div class=\"tile\"><span>{}</span><b>{}</b><small>{}</small></div>", escape(name), escape(value), escape(remark));
}

std::string details(std::string_view summary, std::string_view content) {
  return fmt::format("<details><summary>{}</summary>{}</details>", escape(summary), content);
}

std::string page(std::string_view title, std::string_view subtitle, std::string_view body, std::string_view data) {
  return fmt::format("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>"
                     "<meta name=\"color-scheme\" content=\"light dark\"/><title>{0}</title><style>{1}</style></head>\n"
                     "<body><header><h1>{0}</h1><p>{2}</p></header><main>\n{3}</main><div id=\"tip\" hidden=\"hidden\"></div>\n"
                     "<script type=\"application/json\" id=\"report-data\">{4}</script>\n<script>{5}</script></body></html>\n",
                     escape(title), styleSheet(), escape(subtitle), body, jsonInScript(data), script());
}

}  // namespace offramp::runtime::report
