#include "tmpl/parser.h"

#include "base/text.h"
#include "tmpl/parser_impl.h"
#include "tmpl/strconv.h"
#include "tmpl/unicode.h"

namespace step::tmpl {
namespace {

bool is_empty(const Node& node) {
    switch (node.kind) {
        case NodeKind::kList:
            return std::all_of(node.children.begin(), node.children.end(),
                               [](const NodePtr& child) { return is_empty(*child); });
        case NodeKind::kText:
            return trim(node.text).empty();
        default:
            return false;
    }
}

}  // namespace

Parser::Parser(Template& into) : into_(into), lexer_(into.text_) {
    scope_.name = into.name_;
}

Item Parser::next() {
    if (peeked_ > 0) {
        --peeked_;
    } else {
        items_[0] = lexer_.next();
    }
    return items_[peeked_];
}

Item Parser::peek() {
    if (peeked_ > 0) {
        return items_[peeked_ - 1];
    }
    peeked_ = 1;
    items_[0] = lexer_.next();
    return items_[0];
}

void Parser::back(Item first) {
    items_[1] = std::move(first);
    peeked_ = 2;
}

void Parser::back(Item second, Item first) {
    items_[1] = std::move(first);
    items_[2] = std::move(second);
    peeked_ = 3;
}

Item Parser::next_non_space() {
    Item item = next();
    while (item.token == Token::kSpace) {
        item = next();
    }
    return item;
}

Item Parser::peek_non_space() {
    Item item = next_non_space();
    back();
    return item;
}

Error Parser::error(std::string text) const {
    return Error{.code = Code::kInvalidArgument,
                 .detail = fmt::format("template: {}:{}: {}", into_.name_, items_[0].line, text)};
}

Error Parser::unexpected(const Item& item, std::string_view context) const {
    if (item.token != Token::kError) {
        return error(fmt::format("unexpected {} in {}", describe(item), context));
    }
    if (scope_.action_line == 0 || scope_.action_line == item.line) {
        return error(item.text);
    }
    const std::string_view in = item.text.ends_with(" action") ? "" : " in action";
    return error(
        fmt::format("{}{} started at {}:{}", item.text, in, into_.name_, scope_.action_line));
}

Result<Item> Parser::expect(Token token, std::string_view context) {
    Item item = next_non_space();
    if (item.token != token) {
        return unexpected(item, context);
    }
    return item;
}

Status Parser::add(const std::string& name, NodePtr root) {
    NodePtr& known = into_.trees_[name];
    if (!known || is_empty(*known)) {
        known = std::move(root);
    } else if (!is_empty(*root)) {
        return error(fmt::format("template: multiple definition of template {}", quote_text(name)));
    }
    return ok();
}

Status Parser::run() {
    STEP_ASSIGN(NodePtr root, parse_root());
    return add(into_.name_, std::move(root));
}

Result<NodePtr> Parser::parse_root() {
    NodePtr root = make_node(NodeKind::kList, peek().position);
    while (peek().token != Token::kEof) {
        if (peek().token == Token::kLeftDelim) {
            Item delimiter = next();
            if (next_non_space().token == Token::kDefine) {
                STEP_TRY(parse_definition());
                continue;
            }
            back(std::move(delimiter));
        }
        STEP_ASSIGN(NodePtr node, text_or_action());
        if (node->kind == NodeKind::kEnd || node->kind == NodeKind::kElse) {
            return error("unexpected " + to_source(*node));
        }
        root->children.push_back(std::move(node));
    }
    return root;
}

Status Parser::parse_definition() {
    constexpr std::string_view kContext = "define clause";
    Scope outer = std::exchange(scope_, Scope{});
    const Item item = next_non_space();
    STEP_ASSIGN(const std::string name, template_name(item, kContext));
    STEP_TRY(expect(Token::kRightDelim, kContext));
    NodePtr last;
    STEP_ASSIGN(NodePtr root, item_list(last));
    if (last->kind != NodeKind::kEnd) {
        return error(fmt::format("unexpected {} in {}", to_source(*last), kContext));
    }
    STEP_TRY(add(name, std::move(root)));
    scope_ = std::move(outer);
    return ok();
}

Result<NodePtr> Parser::item_list(NodePtr& last) {
    NodePtr list = make_node(NodeKind::kList, peek_non_space().position);
    while (peek_non_space().token != Token::kEof) {
        STEP_ASSIGN(NodePtr node, text_or_action());
        if (node->kind == NodeKind::kEnd || node->kind == NodeKind::kElse) {
            last = std::move(node);
            return list;
        }
        list->children.push_back(std::move(node));
    }
    return error("unexpected EOF");
}

Result<NodePtr> Parser::text_or_action() {
    Item item = next_non_space();
    if (item.token == Token::kText) {
        NodePtr node = make_node(NodeKind::kText, item.position);
        node->text = std::move(item.text);
        return node;
    }
    if (item.token != Token::kLeftDelim) {
        return unexpected(item, "input");
    }
    scope_.action_line = item.line;
    Result<NodePtr> node = action();
    if (node) {
        scope_.action_line = 0;
    }
    return node;
}

Result<NodePtr> Parser::action() {
    const Item item = next_non_space();
    switch (item.token) {
        case Token::kBlock:
            return block_control();
        case Token::kBreak:
            return leave(item, NodeKind::kBreak, "{{break}}");
        case Token::kContinue:
            return leave(item, NodeKind::kContinue, "{{continue}}");
        case Token::kElse:
            return else_control();
        case Token::kEnd: {
            STEP_ASSIGN(const Item end, expect(Token::kRightDelim, "end"));
            return make_node(NodeKind::kEnd, end.position);
        }
        case Token::kIf:
            return control(NodeKind::kIf);
        case Token::kRange:
            return control(NodeKind::kRange);
        case Token::kWith:
            return control(NodeKind::kWith);
        case Token::kTemplate:
            return template_control();
        default:
            break;
    }
    back();
    NodePtr node = make_node(NodeKind::kAction, peek().position);
    STEP_ASSIGN(node->pipe, pipeline("command", Token::kRightDelim));
    return node;
}

Result<NodePtr> Parser::leave(const Item& item, NodeKind kind, std::string_view word) {
    if (const Item end = next_non_space(); end.token != Token::kRightDelim) {
        return unexpected(end, word);
    }
    if (scope_.range_depth == 0) {
        return error(std::string(word) + " outside {{range}}");
    }
    return make_node(kind, item.position);
}

Result<NodePtr> Parser::control(NodeKind kind) {
    const Deeper deeper(depth_);
    if (depth_ > kMaxParserDepth) {
        return error("max nesting depth exceeded");
    }
    const std::string_view context = kind == NodeKind::kIf      ? "if"
                                     : kind == NodeKind::kRange ? "range"
                                                                : "with";
    const std::size_t variables = scope_.variables.size();
    NodePtr node = make_node(kind, 0);
    STEP_ASSIGN(node->pipe, pipeline(context, Token::kRightDelim));
    node->position = node->pipe->position;
    const unsigned in_range = kind == NodeKind::kRange ? 1 : 0;
    scope_.range_depth += in_range;
    NodePtr last;
    STEP_ASSIGN(node->list, item_list(last));
    scope_.range_depth -= in_range;
    if (last->kind == NodeKind::kElse) {
        // {{else if}} stands for {{else}}{{if}} with one {{end}} for both.
        const Token token = peek().token;
        if ((kind == NodeKind::kIf && token == Token::kIf) ||
            (kind == NodeKind::kWith && token == Token::kWith)) {
            next();
            node->otherwise = make_node(NodeKind::kList, last->position);
            STEP_ASSIGN(NodePtr inner, control(kind));
            node->otherwise->children.push_back(std::move(inner));
        } else {
            STEP_ASSIGN(node->otherwise, item_list(last));
            if (last->kind != NodeKind::kEnd) {
                return error("expected end; found " + to_source(*last));
            }
        }
    }
    scope_.variables.resize(variables);
    return node;
}

Result<NodePtr> Parser::else_control() {
    const Item item = peek_non_space();
    if (item.token == Token::kIf || item.token == Token::kWith) {
        return make_node(NodeKind::kElse, item.position);
    }
    STEP_ASSIGN(const Item end, expect(Token::kRightDelim, "else"));
    return make_node(NodeKind::kElse, end.position);
}

Result<NodePtr> Parser::block_control() {
    constexpr std::string_view kContext = "block clause";
    const Deeper deeper(depth_);
    if (depth_ > kMaxParserDepth) {
        return error("max nesting depth exceeded");
    }
    const Item item = next_non_space();
    NodePtr node = make_node(NodeKind::kTemplate, item.position);
    STEP_ASSIGN(node->text, template_name(item, kContext));
    STEP_ASSIGN(node->pipe, pipeline(kContext, Token::kRightDelim));
    Scope outer = std::exchange(scope_, Scope{});
    NodePtr last;
    STEP_ASSIGN(NodePtr root, item_list(last));
    if (last->kind != NodeKind::kEnd) {
        return error(fmt::format("unexpected {} in {}", to_source(*last), kContext));
    }
    STEP_TRY(add(node->text, std::move(root)));
    scope_ = std::move(outer);
    return node;
}

Result<NodePtr> Parser::template_control() {
    constexpr std::string_view kContext = "template clause";
    const Item item = next_non_space();
    NodePtr node = make_node(NodeKind::kTemplate, item.position);
    STEP_ASSIGN(node->text, template_name(item, kContext));
    if (next_non_space().token != Token::kRightDelim) {
        back();
        STEP_ASSIGN(node->pipe, pipeline(kContext, Token::kRightDelim));
    }
    return node;
}

Result<std::string> Parser::template_name(const Item& item, std::string_view context) {
    if (item.token != Token::kString && item.token != Token::kRawString) {
        return unexpected(item, context);
    }
    auto name = unquote(item.text);
    if (!name) {
        return error(name.error().detail);
    }
    return name;
}

Result<Template> Template::parse(std::string name, std::string text,
                                 std::shared_ptr<const Functions> functions) {
    Template result;
    result.name_ = std::move(name);
    result.text_ = std::move(text);
    result.functions_ = std::move(functions);
    STEP_TRY(Parser(result).run());
    return result;
}

const Node* Template::tree(std::string_view name) const {
    const auto found = trees_.find(name);
    return found == trees_.end() ? nullptr : found->second.get();
}

std::string Template::place(std::size_t position) const {
    const std::string_view before = std::string_view(text_).substr(0, position);
    const std::size_t line = before.rfind('\n');
    return fmt::format("{}:{}:{}", name_, 1 + std::count(before.begin(), before.end(), '\n'),
                       line == std::string_view::npos ? position : position - line - 1);
}

}  // namespace step::tmpl
