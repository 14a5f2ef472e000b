#include "training/lbfgs.h"

#include "base/error.h"

#include <ATen/ops/add.h>
#include <ATen/ops/dot.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/sub.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <vector>

namespace triptych {

namespace {

constexpr std::size_t kHistory = 10;
constexpr double kArmijo = 1e-4;
constexpr int kMostHalvings = 30;
/// The sums are made of float32 values: what falls less than this part of the value over so many iterations is noise.
constexpr double kLeastFall = 1e-7;
constexpr std::int64_t kFallIterations = 3;

double product(const at::Tensor& a, const at::Tensor& b) { return at::dot(a, b).item<double>(); }

struct Pair {
    at::Tensor moved, turned; // differences of x and of the gradient
    double inverse;           // 1 / (moved · turned)
};

/// The two loops: an approximation of the inverse Hessian times the gradient.
at::Tensor direction(const at::Tensor& gradient, const std::deque<Pair>& history) {
    at::Tensor q = gradient.clone();
    std::vector<double> alphas(history.size());
    for (std::size_t i = history.size(); i-- > 0;) {
        alphas[i] = history[i].inverse * product(history[i].moved, q);
        q.sub_(history[i].turned, alphas[i]);
    }
    if (!history.empty()) {
        const Pair& last = history.back();
        q.mul_(1.0 / (last.inverse * product(last.turned, last.turned)));
    }
    for (std::size_t i = 0; i < history.size(); ++i) {
        const double beta = history[i].inverse * product(history[i].turned, q);
        q.add_(history[i].moved, alphas[i] - beta);
    }
    return q.neg_();
}

} // namespace

LbfgsResult minimise(at::Tensor x, const std::function<double(const at::Tensor&, at::Tensor&)>& evaluate, double tolerance,
                     std::int64_t mostIterations, const std::function<void(std::int64_t, double)>& each) {
    std::deque<Pair> history;
    at::Tensor gradient = at::empty_like(x);
    double value = evaluate(x, gradient);
    std::int64_t iteration = 0;
    double valueBefore = value; // of kFallIterations ago
    if (!std::isfinite(value)) {
        throw Error(ErrorCode::InvalidInput, fmt::format("the loss is {}, not a finite number", value),
                    "The encoder gives vectors that are not finite: its weights are damaged or overflow.");
    }
    while (iteration < mostIterations && gradient.abs().max().item<double>() > tolerance) {
        at::Tensor along = direction(gradient, history);
        double slope = product(along, gradient);
        if (slope >= 0) {
            history.clear();
            along = gradient.neg();
            slope = product(along, gradient);
        }
        double step = history.empty() ? std::min(1.0, 1.0 / gradient.abs().sum().item<double>()) : 1.0;
        at::Tensor next;
        at::Tensor nextGradient = at::empty_like(x);
        double nextValue = 0;
        int halvings = 0;
        for (; halvings < kMostHalvings; ++halvings, step /= 2) {
            next = at::add(x, along, step);
            nextValue = evaluate(next, nextGradient);
            if (nextValue <= value + kArmijo * step * slope)
                break;
        }
        if (halvings == kMostHalvings)
            break; // the value is at its minimum to the precision of the sums
        Pair pair = {at::sub(next, x), at::sub(nextGradient, gradient), 0};
        if (const double curvature = product(pair.moved, pair.turned); curvature > 0) {
            pair.inverse = 1.0 / curvature;
            history.push_back(std::move(pair));
            if (history.size() > kHistory)
                history.pop_front();
        }
        x = next;
        gradient = nextGradient;
        value = nextValue;
        each(++iteration, value);
        if (iteration % kFallIterations == 0) {
            if (valueBefore - value <= kLeastFall * std::abs(value))
                break;
            valueBefore = value;
        }
    }
    return {x, value, iteration};
}

} // namespace triptych
