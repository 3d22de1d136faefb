#include "ca/log.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/text.h"
#include "base/time.h"

namespace step::ca {
namespace {

std::string as_text(const Field& field) {
    return std::visit(
        [](const auto& value) -> std::string {
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<T, std::string>) {
                return quote(value);
            } else if constexpr (std::is_same_v<T, bool>) {
                return value ? "true" : "false";
            } else if constexpr (std::is_same_v<T, std::int64_t>) {
                return std::to_string(value);
            } else {
                return quote(join(value, ","));
            }
        },
        field.value);
}

}  // namespace

void DescriptorSink::write(std::string_view line) {
    const std::lock_guard lock(mutex_);
    while (!line.empty()) {
        const ssize_t done = ::write(descriptor_, line.data(), line.size());
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return;
        }
        line.remove_prefix(static_cast<std::size_t>(done));
    }
}

void ProgramLog::write(Level /*level*/, std::string_view message, const Fields& fields) {
    std::string line = format_log_time(clock_.now()) + " " + std::string(message);
    for (const Field& field : fields) {
        line += " " + field.name + "=" + as_text(field);
    }
    std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    sink_.write(line + "\n");
}

}  // namespace step::ca
