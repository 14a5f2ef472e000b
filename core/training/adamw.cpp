#include "training/adamw.h"

#include "base/error.h"
#include "models/kernels.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/zeros_like.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace triptych {

namespace {

/// Values a thread takes at a time. Sums are made by block, so that they do not depend on the threads.
constexpr std::int64_t kBlock = 1 << 15;

struct Block {
    std::size_t parameter;
    std::int64_t begin, end;
};

at::Tensor rowsTensor(const std::vector<std::int64_t>& rows) {
    at::Tensor tensor = at::empty({static_cast<std::int64_t>(rows.size())}, at::TensorOptions().dtype(at::kLong));
    std::copy(rows.begin(), rows.end(), tensor.mutable_data_ptr<std::int64_t>());
    return tensor;
}

double sumOfSquares(const at::Tensor& tensor, std::vector<double>& partial) {
    const std::int64_t count = tensor.numel();
    const std::int64_t blocks = (count + kBlock - 1) / kBlock;
    partial.assign(static_cast<std::size_t>(blocks), 0);
    const float* values = tensor.const_data_ptr<float>();
    at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
            partial[static_cast<std::size_t>(i)] = kernels::sumOfSquares(values, i * kBlock, std::min(count, (i + 1) * kBlock));
    });
    double sum = 0;
    for (const double value : partial)
        sum += value;
    return sum;
}

} // namespace

void AdamW::add(const std::string& name, at::Tensor weight, double weightDecay) {
    Parameter parameter;
    parameter.name = name;
    parameter.mean = at::zeros_like(weight.detach());
    parameter.square = at::zeros_like(weight.detach());
    parameter.weight = std::move(weight);
    parameter.weightDecay = weightDecay;
    m_parameters.push_back(std::move(parameter));
}

void AdamW::addTable(const std::string& name, at::Tensor table, double weightDecay) {
    add(name, std::move(table), weightDecay);
    Parameter& parameter = m_parameters.back();
    const std::int64_t rows = parameter.weight.size(0);
    parameter.table = true;
    parameter.isTouched.assign(static_cast<std::size_t>(rows), 0);
    if (weightDecay != 0) {
        for (std::int64_t row = 0; row < rows; ++row)
            touch(parameter, row);
    }
}

void AdamW::touch(Parameter& parameter, std::int64_t row) {
    char& touched = parameter.isTouched[static_cast<std::size_t>(row)];
    if (touched)
        return;
    touched = 1;
    parameter.touched.push_back(row);
    const std::int64_t width = parameter.weight.size(1);
    const float* values = parameter.weight.const_data_ptr<float>() + row * width;
    parameter.untouched.insert(parameter.untouched.end(), values, values + width);
}

void AdamW::untouchAll(Parameter& parameter) {
    const std::int64_t width = parameter.weight.size(1);
    for (std::size_t i = 0; i < parameter.touched.size(); ++i) {
        std::copy_n(parameter.untouched.data() + static_cast<std::int64_t>(i) * width, width,
                    parameter.weight.data_ptr<float>() + parameter.touched[i] * width);
    }
    parameter.mean.zero_();
    parameter.square.zero_();
    parameter.touched.clear();
    parameter.untouched.clear();
    std::fill(parameter.isTouched.begin(), parameter.isTouched.end(), 0);
}

double AdamW::gradientNorm(const std::vector<TableGradient>& tables) const {
    std::vector<double> partial;
    double sum = 0;
    for (const Parameter& parameter : m_parameters) {
        if (!parameter.table && parameter.weight.grad().defined())
            sum += sumOfSquares(parameter.weight.grad().contiguous(), partial);
    }
    for (const TableGradient& table : tables)
        sum += sumOfSquares(table.gradient.contiguous(), partial);
    return std::sqrt(sum);
}

void AdamW::step(double learningRate, double gradientScale, const std::vector<TableGradient>& tables) {
    ++m_steps;
    std::vector<Block> blocks;
    std::vector<at::Tensor> gradients(m_parameters.size());
    for (std::size_t i = 0; i < m_parameters.size(); ++i) {
        Parameter& parameter = m_parameters[i];
        if (parameter.table || !parameter.weight.grad().defined())
            continue;
        gradients[i] = parameter.weight.grad().contiguous();
        for (std::int64_t begin = 0; begin < parameter.weight.numel(); begin += kBlock)
            blocks.push_back({i, begin, std::min(parameter.weight.numel(), begin + kBlock)});
    }
    const kernels::AdamStep shared = {learningRate, m_options.beta1, m_options.beta2, m_options.epsilon,
                                      0,            m_steps,         gradientScale};
    at::parallel_for(0, static_cast<std::int64_t>(blocks.size()), 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            const Block& block = blocks[static_cast<std::size_t>(i)];
            const Parameter& parameter = m_parameters[block.parameter];
            kernels::AdamStep args = shared;
            args.weightDecay = parameter.weightDecay;
            kernels::adamw(args, parameter.weight.data_ptr<float>(), gradients[block.parameter].const_data_ptr<float>(),
                           parameter.mean.data_ptr<float>(), parameter.square.data_ptr<float>(), block.begin, block.end);
        }
    });
    for (const TableGradient& given : tables) {
        const auto parameter = std::find_if(m_parameters.begin(), m_parameters.end(),
                                            [&](const Parameter& p) { return p.table && p.name == given.name; });
        if (parameter == m_parameters.end())
            throw Error(ErrorCode::Internal, fmt::format("the optimizer knows no table '{}'", given.name));
        stepTable(*parameter, given, learningRate, gradientScale);
    }
}

void AdamW::stepTable(Parameter& parameter, const TableGradient& given, double learningRate, double gradientScale) {
    const std::int64_t width = parameter.weight.size(1);
    const at::Tensor gradient = given.gradient.contiguous();
    const float* rows = gradient.const_data_ptr<float>();
    const std::vector<float> none(static_cast<std::size_t>(width), 0.0f);
    std::vector<const float*> of(static_cast<std::size_t>(parameter.weight.size(0)), none.data());
    for (std::size_t i = 0; i < given.rows.size(); ++i) {
        touch(parameter, given.rows[i]);
        of[static_cast<std::size_t>(given.rows[i])] = rows + static_cast<std::int64_t>(i) * width;
    }
    const kernels::AdamStep args = {learningRate, m_options.beta1, m_options.beta2, m_options.epsilon,
                                    parameter.weightDecay, m_steps, gradientScale};
    float* weight = parameter.weight.data_ptr<float>();
    float* mean = parameter.mean.data_ptr<float>();
    float* square = parameter.square.data_ptr<float>();
    at::parallel_for(0, static_cast<std::int64_t>(parameter.touched.size()), std::max<std::int64_t>(1, kBlock / width),
                     [&](std::int64_t begin, std::int64_t end) {
                         for (std::int64_t i = begin; i < end; ++i) {
                             const std::int64_t row = parameter.touched[static_cast<std::size_t>(i)];
                             const std::int64_t at = row * width;
                             kernels::adamw(args, weight + at, of[static_cast<std::size_t>(row)], mean + at, square + at, 0, width);
                         }
                     });
}

std::map<std::string, at::Tensor> AdamW::state() const {
    std::map<std::string, at::Tensor> state;
    for (const Parameter& parameter : m_parameters) {
        if (!parameter.table) {
            state["exp_avg." + parameter.name] = parameter.mean;
            state["exp_avg_sq." + parameter.name] = parameter.square;
            continue;
        }
        const at::Tensor rows = rowsTensor(parameter.touched);
        state["rows." + parameter.name] = rows;
        state["values." + parameter.name] = at::index_select(parameter.weight.detach(), 0, rows);
        state["exp_avg." + parameter.name] = at::index_select(parameter.mean, 0, rows);
        state["exp_avg_sq." + parameter.name] = at::index_select(parameter.square, 0, rows);
    }
    return state;
}

void AdamW::restore(const std::map<std::string, at::Tensor>& state, std::int64_t steps) {
    const auto find = [&](const std::string& name, at::IntArrayRef shape) {
        const auto found = state.find(name);
        if (found == state.end() || (!shape.empty() && found->second.sizes() != shape))
            throw Error(ErrorCode::Corrupt, fmt::format("the optimizer's state lacks the tensor '{}' in its shape", name));
        return found->second.contiguous();
    };
    for (Parameter& parameter : m_parameters) {
        if (!parameter.table) {
            parameter.mean.copy_(find("exp_avg." + parameter.name, parameter.weight.sizes()));
            parameter.square.copy_(find("exp_avg_sq." + parameter.name, parameter.weight.sizes()));
            continue;
        }
        const at::Tensor rows = find("rows." + parameter.name, {});
        const std::int64_t width = parameter.weight.size(1);
        const std::int64_t shape[] = {rows.numel(), width};
        const at::Tensor values = find("values." + parameter.name, shape);
        const at::Tensor mean = find("exp_avg." + parameter.name, shape);
        const at::Tensor square = find("exp_avg_sq." + parameter.name, shape);
        untouchAll(parameter);
        const auto copyRow = [&](const at::Tensor& from, const at::Tensor& to, std::int64_t i, std::int64_t row) {
            std::memcpy(to.data_ptr<float>() + row * width, from.const_data_ptr<float>() + i * width,
                        static_cast<std::size_t>(width) * sizeof(float));
        };
        for (std::int64_t i = 0; i < rows.numel(); ++i) {
            const std::int64_t row = rows.const_data_ptr<std::int64_t>()[i];
            if (row < 0 || row >= parameter.weight.size(0))
                throw Error(ErrorCode::Corrupt, fmt::format("the optimizer's state names row {} of '{}'", row, parameter.name));
            touch(parameter, row);
            copyRow(values, parameter.weight, i, row);
            copyRow(mean, parameter.mean, i, row);
            copyRow(square, parameter.square, i, row);
        }
    }
    m_steps = steps;
}

} // namespace triptych
