// Headers from outside that every subcommand reads, parsed once. Nothing of ours belongs in here.
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iostream>
