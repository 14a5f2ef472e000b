#include "models/dense.h"

#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/add.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/tanh.h>
#include <torch/csrc/autograd/custom_function.h>

#include <optional>
#include <string_view>

namespace triptych {

namespace {

using LinearPointwise = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&, std::string_view,
                                   c10::List<std::optional<at::Scalar>>, std::optional<std::string_view>);

/// LibTorch's fused product of oneDNN, which it uses for compiled graphs; empty where it was built without. On processors with
/// AVX-512 that are not Intel's it is more than twice as fast as the other products of float32.
const std::optional<c10::TypedOperatorHandle<LinearPointwise>>& linearPointwise() {
    static const auto found = []() -> std::optional<c10::TypedOperatorHandle<LinearPointwise>> {
        const auto handle = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
        if (!handle)
            return std::nullopt;
        return handle->typed<LinearPointwise>();
    }();
    return found;
}

std::string_view oneDnnName(Activation activation) {
    switch (activation) {
    case Activation::None:
    case Activation::Relu: return "none";
    case Activation::Gelu:
    case Activation::GeluTanh: return "gelu";
    case Activation::Silu: return "swish";
    case Activation::Tanh: return "tanh";
    }
    return {};
}

/// activation(x wᵀ + b) without a graph; any strides.
at::Tensor product(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, Activation activation = Activation::None) {
    if (!linearPointwise() || x.size(0) == 0) {
        const at::Tensor plain = at::mm(x, weight.t());
        return activate(activation, bias.defined() ? at::add(plain, bias).to(weight.scalar_type()) : plain);
    }
    // oneDNN's relu makes zero of NaN.
    const Activation fused = activation == Activation::Relu ? Activation::None : activation;
    const std::optional<at::Tensor> added = bias.defined() ? std::optional(bias) : std::nullopt;
    const std::string_view algorithm = fused == Activation::Gelu ? "none" : fused == Activation::GeluTanh ? "tanh" : "";
    const at::Tensor y = linearPointwise()->call(x, weight, added, oneDnnName(fused), c10::List<std::optional<at::Scalar>>(), algorithm);
    return fused == activation ? y : activate(activation, y);
}

struct DenseFunction : torch::autograd::Function<DenseFunction> {
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                              const std::optional<at::Tensor>& bias) {
        context->save_for_backward({x, weight});
        context->saved_data["bias"] = bias.has_value();
        return product(x, weight, bias.value_or(at::Tensor()));
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, const torch::autograd::variable_list& gradients) {
        const torch::autograd::variable_list saved = context->get_saved_variables();
        const at::Tensor& dOut = gradients[0];
        torch::autograd::variable_list wanted(3);
        if (context->needs_input_grad(0))
            wanted[0] = product(dOut, saved[1].t(), {});
        if (context->needs_input_grad(1))
            wanted[1] = product(dOut.t(), saved[0].t(), {});
        if (context->saved_data["bias"].toBool() && context->needs_input_grad(2))
            wanted[2] = at::sum(dOut, 0);
        return wanted;
    }
};

} // namespace

bool needsGraph(const at::Tensor& a, const at::Tensor& b, const at::Tensor& c) {
    const auto wants = [](const at::Tensor& tensor) { return tensor.defined() && tensor.requires_grad(); };
    return at::GradMode::is_enabled() && (wants(a) || wants(b) || wants(c));
}

at::Tensor activate(Activation activation, const at::Tensor& x) {
    if (needsGraph(x)) {
        switch (activation) {
        case Activation::None: return x;
        case Activation::Relu: return at::relu(x);
        case Activation::Gelu: return at::gelu(x);
        case Activation::GeluTanh: return at::gelu(x, "tanh");
        case Activation::Silu: return at::silu(x);
        case Activation::Tanh: return at::tanh(x);
        }
    }
    at::Tensor out = x;
    switch (activation) {
    case Activation::None: break;
    case Activation::Relu: at::relu_(out); break;
    case Activation::Gelu: at::gelu_(out); break;
    case Activation::GeluTanh: at::gelu_(out, "tanh"); break;
    case Activation::Silu: at::silu_(out); break;
    case Activation::Tanh: at::tanh_(out); break;
    }
    return out;
}

at::Tensor dense(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, Activation activation) {
    const at::Tensor input = x.to(weight.scalar_type());
    if (needsGraph(input, weight, bias))
        return activate(activation, DenseFunction::apply(input, weight, bias.defined() ? std::optional(bias) : std::nullopt));
    return product(input, weight, bias, activation);
}

} // namespace triptych
