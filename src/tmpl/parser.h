#pragma once

#include <array>
#include <vector>

#include "tmpl/lexer.h"
#include "tmpl/template.h"

namespace step::tmpl {

/// Parses one text into the trees of a Template: recursive descent, three items of look-ahead.
class Parser {
public:
    explicit Parser(Template& into);
    Status run();

private:
    /// What belongs to the tree being parsed: `define` and `block` start another.
    struct Scope {
        std::string name{};
        std::vector<std::string> variables{"$"};
        unsigned range_depth = 0;
        unsigned action_line = 0;
    };

    Item next();
    Item peek();
    void back() { ++peeked_; }
    void back(Item first);
    void back(Item second, Item first);
    Item next_non_space();
    Item peek_non_space();
    Error error(std::string text) const;
    Error unexpected(const Item& item, std::string_view context) const;
    Result<Item> expect(Token token, std::string_view context);
    Status add(const std::string& name, NodePtr root);

    Result<NodePtr> parse_root();
    Status parse_definition();
    /// The nodes up to {{end}} or {{else}}, which `last` receives.
    Result<NodePtr> item_list(NodePtr& last);
    Result<NodePtr> text_or_action();
    Result<NodePtr> action();
    Result<NodePtr> leave(const Item& item, NodeKind kind, std::string_view word);
    Result<NodePtr> control(NodeKind kind);
    Result<NodePtr> else_control();
    Result<NodePtr> block_control();
    Result<NodePtr> template_control();
    Result<std::string> template_name(const Item& item, std::string_view context);
    Result<NodePtr> pipeline(std::string_view context, Token end);
    Status declarations(Node& pipe, std::string_view context);
    Status check_pipeline(const Node& pipe, std::string_view context) const;
    Result<NodePtr> command();
    Result<NodePtr> operand();
    Result<NodePtr> term();
    Result<NodePtr> use_variable(const Item& item);

    Template& into_;
    Lexer lexer_;
    std::array<Item, 3> items_{};
    std::size_t peeked_ = 0;
    Scope scope_{};
    unsigned depth_ = 0;  ///< Of control structures and parentheses.
};

}  // namespace step::tmpl
