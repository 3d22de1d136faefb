#include "x509/mailbox.h"

#include "x509/parse_impl.h"

namespace step::x509 {
namespace {

/// RFC 2821 `text`: what a backslash may stand before in a quoted string.
bool is_quotable(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet < 0x80 && octet != 0 && octet != 10 && octet != 13;
}

bool is_quoted_text(char c) {
    return (is_quotable(c) && c != '\t' && c != '"' && c != '\\');
}

bool is_atom(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c != '\0' &&
            std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos);
}

/// Takes the rest of a quoted string, up to its closing quote.
std::optional<std::string> take_quoted(std::string_view& text) {
    std::string local;
    while (!text.empty()) {
        char c = text.front();
        text.remove_prefix(1);
        if (c == '"') {
            return local;
        }
        if (c == '\\') {
            if (text.empty() || !is_quotable(text.front())) {
                return std::nullopt;
            }
            c = text.front();
            text.remove_prefix(1);
        } else if (!is_quoted_text(c)) {
            return std::nullopt;
        }
        local += c;
    }
    return std::nullopt;
}

std::optional<std::string> take_atoms(std::string_view& text) {
    std::string local;
    while (!text.empty() && (is_atom(text.front()) || text.front() == '\\')) {
        if (text.front() == '\\') {  // RFC 3696 has such examples outside of quotes.
            text.remove_prefix(1);
            if (text.empty()) {
                return std::nullopt;
            }
        }
        local += text.front();
        text.remove_prefix(1);
    }
    if (local.empty() || local.front() == '.' || local.back() == '.' ||
        local.find("..") != std::string::npos) {
        return std::nullopt;
    }
    return local;
}

}  // namespace

std::optional<Mailbox> parse_mailbox(std::string_view text) {
    std::optional<std::string> local;
    if (text.starts_with('"')) {
        text.remove_prefix(1);
        local = take_quoted(text);
    } else {
        local = take_atoms(text);
    }
    if (!local || !text.starts_with('@')) {
        return std::nullopt;
    }
    text.remove_prefix(1);
    if (!impl::is_domain_name(text, /*constraint=*/false)) {
        return std::nullopt;
    }
    return Mailbox{*std::move(local), std::string(text)};
}

}  // namespace step::x509
