#pragma once

#include "tmpl/parser.h"

namespace step::tmpl {

/// Deep enough for any template and shallow enough for a thread's stack.
inline constexpr unsigned kMaxParserDepth = 400;

inline NodePtr make_node(NodeKind kind, std::size_t position) {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->position = position;
    return node;
}

/// Counts how deep control structures and parentheses nest.
class Deeper {
public:
    explicit Deeper(unsigned& depth) : depth_(depth) { ++depth_; }
    ~Deeper() { --depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

private:
    unsigned& depth_;
};

}  // namespace step::tmpl
