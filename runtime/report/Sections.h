// The sections of a report, one function each, in the order of the page. Each takes what was gathered and gives markup; a section that has
// nothing to show says why.
#pragma once

#include "runtime/report/Report.h"

#include <string>

namespace offramp::runtime::report {

std::string summarySection(const ReportData &data);
std::string speedSection(const ReportData &data);
std::string exitsSection(const ReportData &data);
std::string accuracySection(const ReportData &data);
std::string learningSection(const ReportData &data);
std::string tablesSection(const ReportData &data);
std::string costSection(const ReportData &data);
std::string rooflineSection(const ReportData &data);
std::string examplesSection(const ReportData &data);

/// If everybody left at each stage; empty without labels.
std::vector<double> perStageQuality(const ReportData &data);

/// The numbers of all sections as JSON.
std::string reportJson(const ReportData &data);

}  // namespace offramp::runtime::report
