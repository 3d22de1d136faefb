#include "json/write.h"

#include <map>

#include "json/utf8.h"

namespace step::json {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

/// Go's set of ASCII that a string may hold as it is, with HTML escaping on.
constexpr std::array<bool, 256> kUnescaped = [] {
    std::array<bool, 256> plain{};
    for (std::size_t c = 0x20; c < 0x80; ++c) {
        plain[c] = c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
    }
    return plain;
}();

void append_escape(std::string& out, unsigned value) {
    out += "\\u";
    for (const unsigned shift : {12U, 8U, 4U, 0U}) {
        out += kHex[(value >> shift) & 0xFU];
    }
}

void append_escaped(std::string& out, char c) {
    switch (c) {
        case '"':
        case '\\':
            out += '\\';
            out += c;
            return;
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            append_escape(out, static_cast<unsigned char>(c));
    }
}

/// Writes compact text, or indented text if it has an indent.
class Writer {
public:
    explicit Writer(std::string_view indent, bool pretty) : indent_(indent), pretty_(pretty) {}

    void write(const Value& value) {
        if (const auto* text = value.as_string()) {
            append_string(out_, *text);
        } else if (const auto* number = value.as_number()) {
            out_ += number->text;
        } else if (const auto* flag = value.as_bool()) {
            out_ += *flag ? "true" : "false";
        } else if (const auto* array = value.as_array()) {
            write_list('[', *array, ']', [&](const Value& element) { write(element); });
        } else if (const auto* object = value.as_object()) {
            write_list('{', *object, '}', [&](const Member& member) {
                append_string(out_, member.name);
                out_ += pretty_ ? ": " : ":";
                write(member.value);
            });
        } else {
            out_ += "null";
        }
    }

    std::string take() { return std::move(out_); }

private:
    template <class List, class Each>
    void write_list(char open, const List& list, char close, Each each) {
        out_ += open;
        ++depth_;
        bool first = true;
        for (const auto& item : list) {
            if (!first) {
                out_ += ',';
            }
            first = false;
            new_line();
            each(item);
        }
        --depth_;
        if (!first) {
            new_line();
        }
        out_ += close;
    }

    void new_line() {
        if (!pretty_) {
            return;
        }
        out_ += '\n';
        for (std::size_t i = 0; i < depth_; ++i) {
            out_ += indent_;
        }
    }

    std::string out_{};
    std::string indent_;
    bool pretty_;
    std::size_t depth_ = 0;
};

}  // namespace

void append_string(std::string& out, std::string_view text) {
    out += '"';
    std::size_t done = 0;
    std::size_t i = 0;
    const auto flush = [&](std::size_t size) {
        out.append(text, done, i - done);
        i += size;
        done = i;
    };
    while (i < text.size()) {
        const char c = text[i];
        if (kUnescaped[static_cast<unsigned char>(c)]) {
            ++i;
            continue;
        }
        if (static_cast<unsigned char>(c) < 0x80) {
            flush(1);
            append_escaped(out, c);
            continue;
        }
        const Rune rune = first_rune(text.substr(i));
        if (rune.valid && rune.value != 0x2028 && rune.value != 0x2029) {
            i += rune.size;
            continue;
        }
        flush(rune.size);
        append_escape(out, static_cast<unsigned>(rune.value));
    }
    flush(0);
    out += '"';
}

std::string encode(const Value& value) {
    Writer writer({}, false);
    writer.write(value);
    return writer.take();
}

std::string encode_indent(const Value& value, std::string_view indent) {
    Writer writer(indent, true);
    writer.write(value);
    return writer.take();
}

Value sorted(const Value& value) {
    if (const Array* items = value.as_array()) {
        Array out;
        for (const Value& item : *items) {
            out.push_back(sorted(item));
        }
        return out;
    }
    const Object* members = value.as_object();
    if (members == nullptr) {
        return value;
    }
    std::map<std::string, Value> by_name;
    for (const Member& member : *members) {
        by_name.insert_or_assign(member.name, sorted(member.value));
    }
    Object out;
    for (auto& [name, member] : by_name) {
        out.push_back({.name = name, .value = std::move(member)});
    }
    return out;
}

}  // namespace step::json
