// `offramp`: parses the command line and turns exceptions into exit statuses: 1 a mistake of the user, 2 wrong usage, 3 a mistake of ours.
#include "compiler/tools/offramp/Command.h"

#include "compiler/artifact/Compile.h"
#include "runtime/core/Error.h"

#include <iostream>

int main(int argc, char **argv) {
  CLI::App app{"Offramp: early-exit networks, compiled, trained and run"};
  app.set_version_flag("--version", "offramp " OFFRAMP_VERSION);
  app.require_subcommand(1);
  app.footer("offramp COMMAND --help shows an example. Exit status: 1 wrong input, 2 wrong usage, 3 a mistake of offramp, 130 after Ctrl-C.");
  offramp::tool::addCheck(app);
  offramp::tool::addFmt(app);
  offramp::tool::addTrain(app);
  offramp::tool::addEval(app);
  offramp::tool::addRun(app);
  offramp::tool::addBench(app);
  offramp::tool::addBuild(app);
  offramp::tool::addExplain(app);
  offramp::tool::addProfile(app);
  offramp::tool::addReport(app);
  offramp::tool::addImportExport(app);
  try {
    app.parse(argc, argv);
    return offramp::tool::exitStatus;
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const offramp::CompileError &error) {
    std::cerr << error.what() << std::endl;
    return 1;
  } catch (const offramp::UserError &error) {
    std::cerr << "offramp: " << error.what() << std::endl;
    return error.exitStatus();
  } catch (const std::exception &error) {
    std::cerr << "offramp: internal error: " << error.what() << "\nThis is a mistake of offramp, not yours; please report it with the command." << std::endl;
    return 3;
  }
}
