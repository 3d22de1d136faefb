#include "tmpl/exec_impl.h"
#include "tmpl/format.h"
#include "tmpl/unicode.h"

namespace step::tmpl {
namespace {

/// Counts how deep the executor is and takes back the variables of a block when it ends.
class Level {
public:
    explicit Level(unsigned& depth) : depth_(depth) { ++depth_; }
    ~Level() { --depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

private:
    unsigned& depth_;
};

}  // namespace

Result<std::string> Template::execute(const Value& data, const Surroundings& around) const {
    Context context(around);
    return Executor(*this, context).run(data);
}

Error Executor::error(std::string text) const {
    if (node_ == nullptr) {
        return failure(fmt::format("template: {}: {}", name_, text));
    }
    std::string source = to_source(*node_);
    return failure(fmt::format("template: {}: executing {} at <{}>: {}",
                               template_.place(node_->position), quote_text(name_), source, text));
}

Error Executor::call_error(const Node& node, std::string_view name, Error inner) {
    at(node);
    Error outer = error(fmt::format("error calling {}: {}", name, inner.detail));
    outer.reason = inner.reason;
    if (inner.has_reason(kFailCalled)) {
        outer.cause = std::exchange(outer.detail, std::move(inner.detail));
    }
    return outer;
}

Status Executor::write(std::string_view text) {
    if (out_.size() + text.size() > context_.limits().output) {
        return limit_reached(
            fmt::format("template gives more than {} bytes", context_.limits().output));
    }
    out_ += text;
    return ok();
}

Result<std::string> Executor::run(const Value& data) {
    name_ = template_.name();
    const Node* root = template_.tree(name_);
    if (root == nullptr) {
        return error(quote_text(name_) + " is an incomplete or empty template");
    }
    const Operand dot = data.is_nil() ? Operand{} : Operand::of(data);
    variables_.push_back({"$", dot});
    const Result<Flow> flow = walk(dot, *root);
    if (flow) {
        return std::move(out_);
    }
    Error why = flow.error();
    if (why.has_reason(kLimit) && !why.detail.starts_with("template: ")) {
        why.detail = error(std::move(why.detail)).detail;  // Where it was when a limit stopped it.
    }
    return why;
}

Result<Executor::Flow> Executor::walk(const Operand& dot, const Node& node) {
    const Level level(depth_);
    if (depth_ > context_.limits().depth) {
        Error deep =
            error(fmt::format("exceeded maximum template depth ({})", context_.limits().depth));
        deep.reason = kLimit;
        return deep;
    }
    STEP_TRY(context_.spend());
    at(node);
    switch (node.kind) {
        case NodeKind::kAction: {
            STEP_ASSIGN(const Operand value, pipeline(dot, *node.pipe));
            if (node.pipe->variables.empty()) {
                STEP_TRY(print(node, value));
            }
            return Flow::kOn;
        }
        case NodeKind::kList:
            for (const NodePtr& child : node.children) {
                STEP_ASSIGN(const Flow flow, walk(dot, *child));
                if (flow != Flow::kOn) {
                    return flow;
                }
            }
            return Flow::kOn;
        case NodeKind::kText:
            STEP_TRY(write(node.text));
            return Flow::kOn;
        case NodeKind::kIf:
        case NodeKind::kWith:
            return walk_branch(dot, node);
        case NodeKind::kRange:
            return walk_range(dot, node);
        case NodeKind::kTemplate:
            return walk_template(dot, node);
        case NodeKind::kBreak:
            return Flow::kBreak;
        case NodeKind::kContinue:
            return Flow::kContinue;
        default:
            return error("unknown node: " + to_source(node));
    }
}

Result<Executor::Flow> Executor::walk_branch(const Operand& dot, const Node& node) {
    const std::size_t mark = variables_.size();
    STEP_ASSIGN(const Operand value, pipeline(dot, *node.pipe));
    Result<Flow> flow = Flow::kOn;
    if (value.valid && is_true(value.value)) {
        flow = walk(node.kind == NodeKind::kWith ? value : dot, *node.list);
    } else if (node.otherwise) {
        flow = walk(dot, *node.otherwise);
    }
    variables_.resize(mark);
    return flow;
}

Result<Executor::Flow> Executor::one_round(const Node& range, const Operand& index,
                                           const Operand& item) {
    const Node& pipe = *range.pipe;
    const std::size_t mark = variables_.size();
    const auto names = pipe.variables.size();
    if (names > 0 && pipe.assigns) {
        STEP_TRY(set_variable(pipe.variables[0]->idents[0], names > 1 ? index : item));
        if (names > 1) {
            STEP_TRY(set_variable(pipe.variables[1]->idents[0], item));
        }
    } else if (names > 0) {
        variables_[mark - 1].value = item;
        if (names > 1) {
            variables_[mark - 2].value = index;
        }
    }
    Result<Flow> flow = walk(item, *range.list);
    variables_.resize(mark);
    return flow;
}

Result<Executor::Flow> Executor::walk_range(const Operand& dot, const Node& node) {
    const std::size_t mark = variables_.size();
    STEP_ASSIGN(const Operand over, pipeline(dot, *node.pipe));
    const Value& value = over.value;
    bool ran = false;
    Flow flow = Flow::kOn;
    const auto round = [&](const Operand& index, const Operand& item) -> Result<bool> {
        ran = true;
        STEP_ASSIGN(flow, one_round(node, index, item));
        return flow != Flow::kBreak;
    };
    if (value.is_signed() || value.is_unsigned()) {
        if (node.pipe->variables.size() > 1) {
            return error(
                fmt::format("can't use {} to iterate over more than one variable", to_text(value)));
        }
        const auto count =
            value.is_signed() ? value.as_int() : static_cast<std::int64_t>(value.as_uint() >> 1U);
        for (std::int64_t i = 0; i < count; ++i) {
            const Value item = value.is_signed()
                                   ? Value::of(*value.type(), i)
                                   : Value::of(*value.type(), static_cast<std::uint64_t>(i));
            STEP_ASSIGN(const bool more, round(Operand{}, Operand::of(item)));
            if (!more) {
                break;
            }
        }
    } else if (value.is_slice()) {
        // Of any: what a list of interfaces holds is boxed.
        const bool boxed = value.type()->elem->kind == Kind::kInterface;
        for (std::size_t i = 0; i < value.length(); ++i) {
            Operand item{value.at(i), true, boxed};
            STEP_ASSIGN(const bool more,
                        round(Operand::of(Value::integer(static_cast<std::int64_t>(i))), item));
            if (!more) {
                break;
            }
        }
    } else if (value.is_map()) {
        if (const auto* map = value.as_map()) {
            const bool boxed = value.type()->elem->kind == Kind::kInterface;
            // A copy: the body may change the map.
            const Map::Items items = (*map)->items();
            STEP_TRY(context_.spend(items.size()));
            for (const auto& [key, item] : items) {
                STEP_ASSIGN(const bool more,
                            round(Operand::of(Value(key)), Operand{item, true, boxed}));
                if (!more) {
                    break;
                }
            }
        }
    } else if (over.valid && !(value.kind() == Kind::kPointer && value.is_null())) {
        return error("range can't iterate over " + to_text(value));
    }
    Result<Flow> result = Flow::kOn;
    if (!ran && node.otherwise) {
        result = walk(dot, *node.otherwise);
    }
    variables_.resize(mark);
    return result;
}

Result<Executor::Flow> Executor::walk_template(const Operand& dot, const Node& node) {
    const Node* tree = template_.tree(node.text);
    if (tree == nullptr) {
        return error(fmt::format("template {} not defined", quote_text(node.text)));
    }
    Operand data;
    if (node.pipe) {
        STEP_ASSIGN(data, pipeline(dot, *node.pipe));
    }
    const std::string_view name = std::exchange(name_, node.text);
    const std::size_t mark = variables_.size();
    const std::size_t frame = std::exchange(frame_, mark);
    variables_.push_back({"$", data});
    STEP_TRY(walk(data, *tree));
    variables_.resize(mark);
    frame_ = frame;
    name_ = name;
    return Flow::kOn;
}

Status Executor::print(const Node& node, const Operand& value) {
    at(node);
    if (!value.valid) {
        return write("<no value>");
    }
    if (value.value.kind() == Kind::kFunc) {
        return error(
            fmt::format("can't print {} of type {}", to_source(node), value.value.type_name()));
    }
    if (value.value.is(types::kString)) {
        return write(value.value.as_text());
    }
    const Value args[] = {value.value};
    STEP_ASSIGN(const std::string text, sprint(context_, args));
    return write(text);
}

Status Executor::set_variable(std::string_view name, const Operand& value) {
    for (std::size_t i = variables_.size(); i-- > frame_;) {
        if (variables_[i].name == name) {
            variables_[i].value = value;
            return ok();
        }
    }
    return error(fmt::format("undefined variable: {}", name));
}

Result<Operand> Executor::pipeline(const Operand& dot, const Node& pipe) {
    const Level level(depth_);
    at(pipe);
    STEP_TRY(context_.spend());
    Operand value;
    for (std::size_t i = 0; i < pipe.children.size(); ++i) {
        STEP_ASSIGN(Operand next, command(dot, *pipe.children[i], i == 0 ? nullptr : &value));
        value = std::move(next).unboxed();
    }
    for (const NodePtr& variable : pipe.variables) {
        if (pipe.assigns) {
            STEP_TRY(set_variable(variable->idents[0], value));
        } else {
            variables_.push_back({variable->idents[0], value});
        }
    }
    return value;
}

Status Executor::not_a_function(Words words, const Operand* last) {
    if (words.size() > 1 || last != nullptr) {
        return error("can't give argument to non-function " + to_source(*words.front()));
    }
    return ok();
}

Result<Operand> Executor::command(const Operand& dot, const Node& node, const Operand* last) {
    const Words words = node.children;
    const Node& first = *words.front();
    switch (first.kind) {
        case NodeKind::kField:
            return field_node(dot, first, words, last);
        case NodeKind::kChain:
            return chain_node(dot, first, words, last);
        case NodeKind::kIdentifier:
            return function(dot, first, node, words, last);
        case NodeKind::kPipe:
            STEP_TRY(not_a_function(words, last));
            return pipeline(dot, first);
        case NodeKind::kVariable:
            return variable_node(dot, first, words, last);
        default:
            break;
    }
    at(first);
    STEP_TRY(not_a_function(words, last));
    switch (first.kind) {
        case NodeKind::kBool:
        case NodeKind::kString:
            return Operand::of(first.constant);
        case NodeKind::kDot:
            return dot;
        case NodeKind::kNil:
            return error("nil is not a command");
        case NodeKind::kNumber:
            return constant(first);
        default:
            return error("can't evaluate command " + quote_text(to_source(first)));
    }
}

}  // namespace step::tmpl
