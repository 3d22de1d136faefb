#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "tmpl/value.h"

namespace step::tmpl {

struct Function;

enum class NodeKind : unsigned char {
    kText,
    kAction,
    kBool,
    kChain,
    kCommand,
    kDot,
    kElse,
    kEnd,
    kField,
    kIdentifier,
    kIf,
    kList,
    kNil,
    kNumber,
    kPipe,
    kRange,
    kString,
    kTemplate,
    kVariable,
    kWith,
    kBreak,
    kContinue,
};

/// A number constant and what it can stand for.
struct Number {
    bool is_int = false, is_uint = false, is_float = false, is_complex = false;
    std::int64_t as_int = 0;
    std::uint64_t as_uint = 0;
    double as_float = 0;
    Complex as_complex{};
};
/// Reads a constant as text/template does. `is_complex` says how the lexer saw it.
Result<Number> read_number(std::string_view text, bool is_complex);

struct Node;
using NodePtr = std::unique_ptr<Node>;

/// One node of a parsed template; which members mean something depends on the kind.
struct Node {
    NodeKind kind = NodeKind::kText;
    std::size_t position = 0;
    std::string text{};  ///< Text; number; name of function, template; string as written.
    Value constant{};    ///< Bool, number (untyped) and string constants.
    Number number{};     ///< kNumber.
    const Function* function = nullptr;  ///< kIdentifier.
    std::vector<std::string> idents{};   ///< kField, kVariable, kChain: the names between the dots.
    std::vector<NodePtr>
        children{};  ///< kList: nodes; kPipe: commands; kCommand: words; kChain: its start.
    std::vector<NodePtr> variables{};  ///< kPipe: what it declares or assigns.
    bool assigns = false;              ///< kPipe: `=`, not `:=`.
    NodePtr pipe{}, list{}, otherwise{};
};

/// The source of a node in Go's canonical form, for errors.
std::string to_source(const Node& node);

}  // namespace step::tmpl
