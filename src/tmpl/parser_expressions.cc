// Pipelines: what stands between the braces.
#include "base/text.h"
#include "tmpl/parser_impl.h"
#include "tmpl/strconv.h"
#include "tmpl/unicode.h"

namespace step::tmpl {
namespace {

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
    NodePtr node = make_node(kind, position);
    node->idents = split(kind == NodeKind::kField ? text.substr(1) : text, '.');
    return node;
}

}  // namespace

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
    if (depth_ > kMaxParserDepth) {
        return error("max expression depth exceeded");
    }
    NodePtr pipe = make_node(NodeKind::kPipe, peek_non_space().position);
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
    NodePtr node = make_node(NodeKind::kCommand, peek_non_space().position);
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
            NodePtr chain = make_node(NodeKind::kChain, position);
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
            NodePtr node = make_node(NodeKind::kIdentifier, item.position);
            node->text = item.text;
            node->function = into_.functions_->find(item.text);
            if (node->function == nullptr) {
                return error(fmt::format("function {} not defined", quote_text(item.text)));
            }
            return node;
        }
        case Token::kDot:
            return make_node(NodeKind::kDot, item.position);
        case Token::kNil:
            return make_node(NodeKind::kNil, item.position);
        case Token::kVariable:
            return use_variable(item);
        case Token::kField:
            return make_path(NodeKind::kField, item.position, item.text);
        case Token::kBool: {
            NodePtr node = make_node(NodeKind::kBool, item.position);
            node->text = item.text;
            node->constant = Value(item.text == "true");
            return node;
        }
        case Token::kCharConstant:
        case Token::kComplex:
        case Token::kNumber: {
            NodePtr node = make_node(NodeKind::kNumber, item.position);
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
            NodePtr node = make_node(NodeKind::kString, item.position);
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

}  // namespace step::tmpl
