#pragma once

namespace triptych {

enum class Activation { None, Relu, Gelu, GeluTanh, Silu, Tanh }; ///< GeluTanh: GELU by its approximation with tanh

} // namespace triptych
