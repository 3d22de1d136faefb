#include "commands/table.h"

#include "commands/commands.h"

namespace step::commands {
namespace {

constexpr cli::Entry kCommands[] = {
    {"path", path},
    {"version", version},
};

constexpr cli::Group kGroups[] = {
    {"ca", "run, reach and use a certificate authority", ""},
    {"ca provisioner", "see who may hand out certificates", ""},
    {"certificate", "make, read and check certificates", ""},
    {"crypto", "keys and other primitives", ""},
    {"crypto jwk", "JSON Web Keys", ""},
};

constexpr cli::Table kTable{.program = "step",
                            .brief = "work with a certificate authority and what it issues",
                            .about = "",
                            .commands = kCommands,
                            .groups = kGroups};

}  // namespace

const cli::Table& step_table() {
    return kTable;
}

}  // namespace step::commands
