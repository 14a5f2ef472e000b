#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

// Legend: V = rows of a table, H = its width, U = rows with a gradient in this step.

namespace triptych {

/// AdamW (Loshchilov, Hutter 2019), with the result of torch.optim.AdamW over all weights, in one pass over
/// each weight, its gradient and its two moments.
///
/// Of a table only the rows that ever had a gradient are touched: the others have moments of zero, so that
/// AdamW leaves them as they are. With a weight decay above 0 it does not, and every row is touched.
class AdamW {
public:
    struct Options {
        double beta1 = 0.9;
        double beta2 = 0.999;
        double epsilon = 1e-8;
    };
    AdamW() = default;
    explicit AdamW(Options options) : m_options(options) {}

    /// `weight`: float32, contiguous, changed in place; its gradient is read from weight.grad().
    void add(const std::string& name, at::Tensor weight, double weightDecay);
    /// A table (V, H) whose gradient comes by rows.
    void addTable(const std::string& name, at::Tensor table, double weightDecay);

    /// Rows and gradient of one table in this step; rows differ. Both must live until step() returns.
    struct TableGradient {
        std::string name;
        std::vector<std::int64_t> rows; // U
        at::Tensor gradient;            // (U, H)
    };
    /// Square root of the sum of squares of all gradients, as torch.nn.utils.clip_grad_norm_ has it.
    double gradientNorm(const std::vector<TableGradient>& tables = {}) const;
    /// One step. `gradientScale` multiplies every gradient (clipping). A weight without a gradient is left out.
    void step(double learningRate, double gradientScale = 1, const std::vector<TableGradient>& tables = {});

    std::int64_t steps() const { return m_steps; }

    /// Everything that changes, for checkpoints: moments, and of tables the rows touched so far with their weights.
    /// Tensors share memory with the optimizer where they can.
    std::map<std::string, at::Tensor> state() const;
    /// Inverse of state(): moments, and tables whole. Other weights are the caller's.
    /// Throws Error{Corrupt} naming the tensor that is missing or of another shape.
    void restore(const std::map<std::string, at::Tensor>& state, std::int64_t steps);

private:
    struct Parameter {
        std::string name;
        at::Tensor weight;
        at::Tensor mean, square;
        double weightDecay = 0;
        bool table = false;
        std::vector<std::int64_t> touched; // of a table, in order of first touch
        std::vector<char> isTouched;       // V
        std::vector<float> untouched;      // (touched, H): the rows as they were before their first touch
    };
    static void touch(Parameter& parameter, std::int64_t row);
    static void untouchAll(Parameter& parameter);
    void stepTable(Parameter& parameter, const TableGradient& given, double learningRate, double gradientScale);

    Options m_options;
    std::vector<Parameter> m_parameters;
    std::int64_t m_steps = 0;
};

} // namespace triptych
