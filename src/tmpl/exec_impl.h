#pragma once

#include <string>
#include <vector>

#include "tmpl/function.h"
#include "tmpl/template.h"

namespace step::tmpl {

/// What reflect.Value is to Go's executor: a value, and whether it sits in an interface or is
/// no value at all (a missing key of a map).
struct Operand {
    Value value{};
    bool valid = false;
    bool boxed = false;  ///< Came out of a map or list of any.

    static Operand of(Value value) {
        // A nil can only be the content of an interface.
        const bool nil = value.is_nil();
        return {std::move(value), true, nil};
    }
    static Operand in_interface(Value value) { return {std::move(value), true, true}; }
    /// As the executor says "lovely": an interface is replaced with what it holds.
    Operand unboxed() && {
        if (valid && boxed) {
            boxed = false;
            valid = !value.is_nil();
        }
        return std::move(*this);
    }
    std::string_view type_name() const { return boxed ? types::kAny.name : value.type_name(); }
};

/// One run of a template: Go's text/template exec.go.
class Executor {
public:
    Executor(const Template& source, Context& context) : template_(source), context_(context) {}
    Result<std::string> run(const Value& data);

private:
    enum class Flow : unsigned char { kOn, kBreak, kContinue };
    struct Variable {
        std::string_view name{};
        Operand value{};
    };
    /// Arguments of a call as the tree has them; the first word is the function's name.
    using Words = std::span<const NodePtr>;

    Error error(std::string text) const;
    Error call_error(const Node& node, std::string_view name, Error error);
    Status write(std::string_view text);
    void at(const Node& node) { node_ = &node; }

    Result<Flow> walk(const Operand& dot, const Node& node);
    Result<Flow> walk_branch(const Operand& dot, const Node& node);
    Result<Flow> walk_range(const Operand& dot, const Node& node);
    Result<Flow> walk_template(const Operand& dot, const Node& node);
    Result<Flow> one_round(const Node& range, const Operand& index, const Operand& item);
    Status print(const Node& node, const Operand& value);

    Result<Operand> pipeline(const Operand& dot, const Node& pipe);
    Result<Operand> command(const Operand& dot, const Node& command, const Operand* last);
    Result<Operand> constant(const Node& number);
    Result<Operand> field_node(const Operand& dot, const Node& node, Words words,
                               const Operand* last);
    Result<Operand> chain_node(const Operand& dot, const Node& node, Words words,
                               const Operand* last);
    Result<Operand> variable_node(const Operand& dot, const Node& node, Words words,
                                  const Operand* last);
    Result<Operand> fields(const Operand& dot, Operand receiver, const Node& node,
                           std::span<const std::string> names, Words words, const Operand* last);
    Result<Operand> field(const Operand& dot, const std::string& name, const Node& node,
                          Words words, const Operand* last, const Operand& receiver);
    Result<Operand> function(const Operand& dot, const Node& identifier, const Node& node,
                             Words words, const Operand* last);
    Result<Operand> logic(const Operand& dot, const Function& function, Words words,
                          const Operand* last);
    Result<std::vector<Value>> arguments(const Operand& dot, const Signature& signature,
                                         std::string_view name, Words words, const Operand* last);
    template <class Runnable>
    Result<Operand> call(const Operand& dot, const Signature& signature, const Runnable& runnable,
                         std::string_view name, const Node& node, Words words, const Operand* last);
    Result<Operand> argument(const Operand& dot, const Type& type, const Node& node);
    Result<Operand> constant_argument(const Type& type, const Node& node);
    Result<Operand> fitting(Operand value, const Type& type);
    Status not_a_function(Words words, const Operand* last);
    Status set_variable(std::string_view name, const Operand& value);

    const Template& template_;
    Context& context_;
    std::string_view name_{};  ///< Of the template that is running.
    const Node* node_ = nullptr;
    std::vector<Variable> variables_{};
    std::size_t frame_ = 0;  ///< Where this template's variables begin.
    unsigned depth_ = 0;
    std::string out_{};
};

}  // namespace step::tmpl
