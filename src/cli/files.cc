#include "cli/files.h"

#include <fmt/format.h>

#include "base/text.h"

namespace step::cli {

Status confirm_overwrite(Context& context, const std::string& path) {
    const Kind kind = kind_of(path);
    if (kind == Kind::kFolder) {
        return Error{.code = Code::kConflict, .detail = "file is a directory"};
    }
    const Args& args = context.args;
    const bool force = args.declared("force") && args.flag("force");
    if (kind != Kind::kNothing && !force) {
        STEP_ASSIGN(const bool overwrite, context.console.ask_yes_no(fmt::format(
                                              "Would you like to overwrite {} [y/n]", path)));
        if (!overwrite) {
            return Error{.code = Code::kConflict, .detail = "file exists"};
        }
    }
    return ok();
}

Status write_output(Context& context, const std::string& path, ByteView bytes, unsigned mode,
                    Mode treat) {
    STEP_TRY(confirm_overwrite(context, path));
    return write_file(path, bytes, mode, treat);
}

Result<Secret> read_password_file(const std::string& path) {
    constexpr std::size_t kMaxPassword = std::size_t{1} << 20;
    STEP_ASSIGN(Bytes text, read_file(path, kMaxPassword));
    Secret whole(std::move(text));
    return Secret(Bytes(trim_right(whole.view())));
}

Result<Secret> read_piped_or_ask(Context& context, std::string_view label) {
    if (!context.console.has_input()) {
        return context.console.ask_password(label, {});
    }
    STEP_ASSIGN(Bytes input, context.console.read_stdin(kMaxFile));
    return Secret(std::move(input));
}

Result<Bytes> read_input(Context& context, const std::string& path, std::size_t max_bytes) {
    auto bytes = path == "-" ? context.console.read_stdin(max_bytes) : read_file(path, max_bytes);
    if (bytes && bytes->starts_with("\xef\xbb\xbf")) {
        bytes->erase(0, 3);
    }
    return bytes;
}

}  // namespace step::cli
