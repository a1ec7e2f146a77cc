// Headers from outside that nearly every file of this folder reads, parsed once. Nothing of ours belongs in here: a change would rebuild
// everything.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>
