// The look of a report: one style sheet for light, dark, telephone and paper, and the few lines of script that show values on hover.
#pragma once

namespace offramp::runtime::report {

const char *styleSheet();
const char *script();

}  // namespace offramp::runtime::report
