#include "tmpl/format.h"

#include "tmpl/printer_impl.h"

namespace step::tmpl {
namespace {

Result<std::string> finish(Context& context, Printer& printer) {
    std::string text = printer.take();
    STEP_TRY(context.reserve_text(text.size()));
    return text;
}

}  // namespace

Result<std::string> sprint(Context& context, std::span<const Value> args) {
    Printer printer(context.limits().output);
    printer.print(args, false);
    return finish(context, printer);
}

Result<std::string> sprintln(Context& context, std::span<const Value> args) {
    Printer printer(context.limits().output);
    printer.print(args, true);
    return finish(context, printer);
}

Result<std::string> sprintf(Context& context, std::string_view format,
                            std::span<const Value> args) {
    Printer printer(context.limits().output);
    printer.print(format, args);
    return finish(context, printer);
}

std::string to_text(const Value& value, char verb) {
    constexpr std::size_t kEnough = 4096;
    Printer printer(kEnough);
    printer.print_arg(value, static_cast<char32_t>(verb));
    std::string text = printer.take();
    if (text.size() > kEnough && text.size() > 2 * kEnough) {
        text.resize(kEnough);
    }
    return text;
}

Result<std::string> string_of(Context& context, const Value& value) {
    if (value.is(types::kString) || value.is(types::kBytes)) {
        return std::string(value.as_text());
    }
    const Value args[] = {value};
    return sprint(context, args);
}

}  // namespace step::tmpl
