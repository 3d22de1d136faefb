#include "tmpl/parser.h"

#include "base/text.h"
#include "tmpl/strconv.h"
#include "tmpl/unicode.h"

namespace step::tmpl {
namespace {

/// Deep enough for any template and shallow enough for a thread's stack.
constexpr unsigned kMaxDepth = 400;

NodePtr make(NodeKind kind, std::size_t position) {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->position = position;
    return node;
}

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

bool begins_operand(Token token) {
    switch (token) {
        case Token::kBool:
        case Token::kCharConstant:
        case Token::kComplex:
        case Token::kDot:
        case Token::kField:
        case Token::kIdentifier:
        case Token::kNumber:
        case Token::kNil:
        case Token::kRawString:
        case Token::kString:
        case Token::kVariable:
        case Token::kLeftParen:
            return true;
        default:
            return false;
    }
}

NodePtr make_path(NodeKind kind, std::size_t position, std::string_view text) {
    NodePtr node = make(kind, position);
    node->idents = split(kind == NodeKind::kField ? text.substr(1) : text, '.');
    return node;
}

class Deeper {
public:
    explicit Deeper(unsigned& depth) : depth_(depth) { ++depth_; }
    ~Deeper() { --depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

private:
    unsigned& depth_;
};

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
    NodePtr root = make(NodeKind::kList, peek().position);
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
    NodePtr list = make(NodeKind::kList, peek_non_space().position);
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
        NodePtr node = make(NodeKind::kText, item.position);
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
            return make(NodeKind::kEnd, end.position);
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
    NodePtr node = make(NodeKind::kAction, peek().position);
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
    return make(kind, item.position);
}

Result<NodePtr> Parser::control(NodeKind kind) {
    const Deeper deeper(depth_);
    if (depth_ > kMaxDepth) {
        return error("max nesting depth exceeded");
    }
    const std::string_view context = kind == NodeKind::kIf      ? "if"
                                     : kind == NodeKind::kRange ? "range"
                                                                : "with";
    const std::size_t variables = scope_.variables.size();
    NodePtr node = make(kind, 0);
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
            node->otherwise = make(NodeKind::kList, last->position);
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
        return make(NodeKind::kElse, item.position);
    }
    STEP_ASSIGN(const Item end, expect(Token::kRightDelim, "else"));
    return make(NodeKind::kElse, end.position);
}

Result<NodePtr> Parser::block_control() {
    constexpr std::string_view kContext = "block clause";
    const Deeper deeper(depth_);
    if (depth_ > kMaxDepth) {
        return error("max nesting depth exceeded");
    }
    const Item item = next_non_space();
    NodePtr node = make(NodeKind::kTemplate, item.position);
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
    NodePtr node = make(NodeKind::kTemplate, item.position);
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

Status Parser::declarations(Node& pipe, std::string_view context) {
    for (;;) {
        Item variable = peek_non_space();
        if (variable.token != Token::kVariable) {
            return ok();
        }
        next();
        // A space behind the variable must not be lost: "$x 23" are two words.
        Item after = peek();
        const Item next_word = peek_non_space();
        const bool comma = next_word.token == Token::kChar && next_word.text == ",";
        if (next_word.token != Token::kAssign && next_word.token != Token::kDeclare && !comma) {
            if (after.token == Token::kSpace) {
                back(std::move(variable), std::move(after));
            } else {
                back(std::move(variable));
            }
            return ok();
        }
        next_non_space();
        pipe.variables.push_back(make_path(NodeKind::kVariable, variable.position, variable.text));
        scope_.variables.push_back(variable.text);
        if (!comma) {
            pipe.assigns = next_word.token == Token::kAssign;
            return ok();
        }
        if (context != "range" || pipe.variables.size() >= 2) {
            return error(fmt::format("too many declarations in {}", context));
        }
        const Token token = peek_non_space().token;
        if (token != Token::kVariable && token != Token::kRightDelim &&
            token != Token::kRightParen) {
            return error("range can only initialize variables");
        }
    }
}

Result<NodePtr> Parser::pipeline(std::string_view context, Token end) {
    const Deeper deeper(depth_);
    if (depth_ > kMaxDepth) {
        return error("max expression depth exceeded");
    }
    NodePtr pipe = make(NodeKind::kPipe, peek_non_space().position);
    STEP_TRY(declarations(*pipe, context));
    for (;;) {
        const Item item = next_non_space();
        if (item.token == end) {
            STEP_TRY(check_pipeline(*pipe, context));
            return pipe;
        }
        if (!begins_operand(item.token)) {
            return unexpected(item, context);
        }
        back();
        STEP_ASSIGN(NodePtr one, command());
        pipe->children.push_back(std::move(one));
    }
}

Status Parser::check_pipeline(const Node& pipe, std::string_view context) const {
    if (pipe.children.empty()) {
        return error(fmt::format("missing value for {}", context));
    }
    for (std::size_t i = 1; i < pipe.children.size(); ++i) {
        switch (pipe.children[i]->children.front()->kind) {
            case NodeKind::kBool:
            case NodeKind::kDot:
            case NodeKind::kNil:
            case NodeKind::kNumber:
            case NodeKind::kString:
                return error(fmt::format("non executable command in pipeline stage {}", i + 1));
            default:
                break;
        }
    }
    return ok();
}

Result<NodePtr> Parser::command() {
    NodePtr node = make(NodeKind::kCommand, peek_non_space().position);
    for (;;) {
        peek_non_space();
        STEP_ASSIGN(NodePtr word, operand());
        if (word) {
            node->children.push_back(std::move(word));
        }
        const Item item = next();
        if (item.token == Token::kSpace) {
            continue;
        }
        if (item.token == Token::kRightDelim || item.token == Token::kRightParen) {
            back();
        } else if (item.token != Token::kPipe) {
            return unexpected(item, "operand");
        }
        break;
    }
    if (node->children.empty()) {
        return error("empty command");
    }
    return node;
}

Result<NodePtr> Parser::operand() {
    STEP_ASSIGN(NodePtr node, term());
    if (!node || peek().token != Token::kField) {
        return node;
    }
    const std::size_t position = peek().position;
    std::vector<std::string> names;
    while (peek().token == Token::kField) {
        names.push_back(next().text.substr(1));
    }
    switch (node->kind) {
        case NodeKind::kField:
        case NodeKind::kVariable:
            node->position = position;
            node->idents.insert(node->idents.end(), names.begin(), names.end());
            return node;
        case NodeKind::kBool:
        case NodeKind::kString:
        case NodeKind::kNumber:
        case NodeKind::kNil:
        case NodeKind::kDot:
            return error("unexpected . after term " + quote_text(to_source(*node)));
        default: {
            NodePtr chain = make(NodeKind::kChain, position);
            chain->idents = std::move(names);
            chain->children.push_back(std::move(node));
            return chain;
        }
    }
}

Result<NodePtr> Parser::term() {
    const Item item = next_non_space();
    switch (item.token) {
        case Token::kIdentifier: {
            NodePtr node = make(NodeKind::kIdentifier, item.position);
            node->text = item.text;
            node->function = into_.functions_->find(item.text);
            if (node->function == nullptr) {
                return error(fmt::format("function {} not defined", quote_text(item.text)));
            }
            return node;
        }
        case Token::kDot:
            return make(NodeKind::kDot, item.position);
        case Token::kNil:
            return make(NodeKind::kNil, item.position);
        case Token::kVariable:
            return use_variable(item);
        case Token::kField:
            return make_path(NodeKind::kField, item.position, item.text);
        case Token::kBool: {
            NodePtr node = make(NodeKind::kBool, item.position);
            node->text = item.text;
            node->constant = Value(item.text == "true");
            return node;
        }
        case Token::kCharConstant:
        case Token::kComplex:
        case Token::kNumber: {
            NodePtr node = make(NodeKind::kNumber, item.position);
            node->text = item.text;
            auto number = read_number(item.text, item.token == Token::kComplex);
            if (!number) {
                return error(number.error().detail);
            }
            node->number = *number;
            return node;
        }
        case Token::kLeftParen:
            return pipeline("parenthesized pipeline", Token::kRightParen);
        case Token::kString:
        case Token::kRawString: {
            NodePtr node = make(NodeKind::kString, item.position);
            node->text = item.text;
            auto text = unquote(item.text);
            if (!text) {
                return error(text.error().detail);
            }
            node->constant = Value(*std::move(text));
            return node;
        }
        default:
            back();
            return NodePtr();
    }
}

Result<NodePtr> Parser::use_variable(const Item& item) {
    NodePtr node = make_path(NodeKind::kVariable, item.position, item.text);
    const auto& known = scope_.variables;
    if (std::find(known.begin(), known.end(), node->idents.front()) == known.end()) {
        return error("undefined variable " + quote_text(node->idents.front()));
    }
    return node;
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
