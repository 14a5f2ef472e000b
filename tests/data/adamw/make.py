#!/usr/bin/env python3
"""Makes the AdamW reference trajectory of this folder.

    python make.py OUT_FOLDER

Writes OUT_FOLDER/adamw.safetensors and OUT_FOLDER/adamw.json. Needs torch and safetensors.
"""
import argparse
import json
import os
import platform

ROWS, DIM, CLASSES, STEPS, WARMUP, BATCH, WORDS = 50, 8, 4, 30, 3, 6, 5
PEAK_LR, BETAS, EPS, MAX_NORM = 2e-2, (0.9, 0.999), 1e-8, 1.0
KEEP = [1, 2, 10, 20, 30]     # weights are kept after so many steps


def lr_at(step):
    """transformers.get_linear_schedule_with_warmup: step counts from 0, and the first rate is 0."""
    if step < WARMUP:
        return PEAK_LR * step / max(1, WARMUP)
    return PEAK_LR * max(0.0, (STEPS - step) / max(1, STEPS - WARMUP))


def rows_of(step):
    """Rows that may get a gradient in this step."""
    rows = list(range(0, 15))                       # at any time
    if step % 7 == 3:
        rows += list(range(15, 25))                 # now and then
    if step < 4 or step >= 22:
        rows += list(range(25, 33))                 # early, then after a gap
    if step >= 15:
        rows += list(range(33, 38))                 # late only
    return rows                                     # 40..49 never; 38 and 39: see forced()


def forced(step):
    return {0: [38], 2: [39], 3: [15], 5: [0]}.get(step, [])   # 38: once, while the rate is 0; 39: once


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    args = parser.parse_args()
    os.makedirs(args.out, exist_ok=True)

    import torch
    import safetensors
    from safetensors.torch import save_file

    torch.set_num_threads(1)
    g = torch.Generator().manual_seed(11)
    init = {
        "embedding": 0.5 * torch.randn(ROWS, DIM, generator=g),
        "weight": 0.5 * torch.randn(CLASSES, DIM, generator=g),
        "bias": 0.1 * torch.randn(CLASSES, generator=g),
    }
    names = list(init)

    ids = torch.zeros(STEPS, BATCH, WORDS, dtype=torch.int64)
    targets = torch.randint(0, CLASSES, (STEPS, BATCH), generator=g)
    for step in range(STEPS):
        rows = torch.tensor(rows_of(step))
        ids[step] = rows[torch.randint(0, len(rows), (BATCH, WORDS), generator=g)]
        for k, row in enumerate(forced(step)):
            ids[step, k, 0] = row
    # The loss is scaled so that some steps are clipped and others not.
    scale = torch.tensor([0.8 + 2.0 * (step % 5 == 1) + 3.0 * (step % 4 == 0) for step in range(STEPS)])

    def train(decay, decay_bias, given=None, foreach=False, fused=False):
        p = {n: t.clone().requires_grad_(True) for n, t in init.items()}
        groups = [{"params": [p["embedding"], p["weight"]], "weight_decay": decay},
                  {"params": [p["bias"]], "weight_decay": decay if decay_bias else 0.0}]
        opt = torch.optim.AdamW(groups, lr=0.0, betas=BETAS, eps=EPS, foreach=foreach, fused=fused)
        grads, norms, kept = {n: [] for n in names}, [], {}
        for step in range(STEPS):
            for group in opt.param_groups:
                group["lr"] = lr_at(step)
            opt.zero_grad(set_to_none=True)
            if given is None:
                x = torch.nn.functional.embedding(ids[step], p["embedding"]).mean(1)
                logits = torch.nn.functional.linear(x, p["weight"], p["bias"])
                (scale[step] * torch.nn.functional.cross_entropy(logits, targets[step], reduction="sum") / 2).backward()
            else:
                for n in names:
                    p[n].grad = given[n][step].clone()
            for n in names:
                grads[n].append(p[n].grad.clone())
            norms.append(float(torch.nn.utils.clip_grad_norm_(list(p.values()), MAX_NORM)))
            opt.step()
            if step + 1 in KEEP:
                kept[step + 1] = {n: p[n].detach().clone() for n in names}
        state = {n: opt.state[p[n]] for n in names}
        return {n: torch.stack(v) for n, v in grads.items()}, norms, kept, state

    grads, norms, _, _ = train(0.01, True)     # the gradients are those of this run, given to all
    tensors = {"init." + n: init[n] for n in names}
    tensors.update({"grads." + n: grads[n] for n in names})
    tensors["ids"], tensors["targets"] = ids, targets
    runs = {"decay": (0.01, True), "no_decay": (0.0, True), "decay_not_bias": (0.01, False), "strong_decay": (0.5, True)}
    info, norms_given = {}, None
    for run, (decay, decay_bias) in runs.items():
        _, norms_given, kept, state = train(decay, decay_bias, grads)
        assert norms_given == norms
        for n in names:
            for step, weights in kept.items():
                tensors["%s.%d.%s" % (run, step, n)] = weights[n]
            tensors["%s.exp_avg.%s" % (run, n)] = state[n]["exp_avg"]
            tensors["%s.exp_avg_sq.%s" % (run, n)] = state[n]["exp_avg_sq"]
        spread = {}
        for label, kw in (("foreach", {"foreach": True}), ("fused", {"fused": True})):
            _, _, other, _ = train(decay, decay_bias, grads, **kw)
            spread[label] = max(float((other[STEPS][n] - kept[STEPS][n]).abs().max()) for n in names)
        info[run] = {"weight_decay": {"embedding": decay, "weight": decay, "bias": decay if decay_bias else 0.0},
                     "max_abs_difference_of_torch_variants": spread}
    tensors = {k: v.contiguous() for k, v in tensors.items()}
    save_file(tensors, os.path.join(args.out, "adamw.safetensors"))

    hit = [sorted(set(int(r) for r in torch.nonzero(grads["embedding"][s].abs().sum(1)).flatten())) for s in range(STEPS)]
    ever = sorted(set(r for rows in hit for r in rows))
    meta = {
        "versions": {"python": platform.python_version(), "torch": torch.__version__,
                     "safetensors": safetensors.__version__},
        "optimizer": "torch.optim.AdamW, foreach=False, fused=False, float32",
        "betas": list(BETAS), "eps": EPS, "max_norm": MAX_NORM,
        "clip": "torch.nn.utils.clip_grad_norm_ over all three: factor min(1, max_norm / (norm + 1e-6))",
        "steps": STEPS, "warmup_steps": WARMUP, "peak_lr": PEAK_LR,
        "lr": [lr_at(s) for s in range(STEPS)],
        "norm_before_clipping": norms,
        "loss_scale": [float(x) for x in scale],
        "kept_after_steps": KEEP,
        "rows_with_gradient": hit,
        "rows_never_with_gradient": [r for r in range(ROWS) if r not in ever],
        "runs": info,
    }
    with open(os.path.join(args.out, "adamw.json"), "w", encoding="utf-8", newline="\n") as f:
        json.dump(meta, f, indent=1)
        f.write("\n")
    print(json.dumps({k: meta[k] for k in ("norm_before_clipping", "rows_never_with_gradient", "runs")}))


if __name__ == "__main__":
    main()
