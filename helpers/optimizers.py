"""The optimizers of the course, written from their formulas, with the arguments, defaults and state of torch's.

All are torch.optim.Optimizers, so that zero_grad, param_groups, state_dict and torch's schedulers
work as usual, and a state saved by one goes on in its twin. What is left out is what concerns the
machine alone (foreach, fused, capturable, differentiable) and sparse gradients.
"""

from collections.abc import Callable

import torch

__all__ = ["SGD", "AMSGrad", "AdaGrad", "Adam", "Momentum", "Nesterov", "Newton", "RMSProp"]


class GradientMethod(torch.optim.Optimizer):
    """What the first-order methods share: step() hands each parameter and its gradient to update()."""

    def __init__(self, params, lr: float, weight_decay: float = 0, maximize: bool = False, **more):
        if lr < 0 or weight_decay < 0:
            raise ValueError(
                f"lr and weight_decay are not negative, and here are {lr} and {weight_decay}."
            )
        super().__init__(
            params, {"lr": lr, "weight_decay": weight_decay, "maximize": maximize, **more}
        )

    @torch.no_grad()
    def step(self, closure: Callable | None = None) -> torch.Tensor | None:
        """Move every parameter that has a gradient; closure, where there is one, computes loss and gradients first.

        Returns:
            The loss of the closure, or None.
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self.update(p, self.direction(p, group), group)
        return loss

    def update(self, p: torch.Tensor, g: torch.Tensor, group: dict) -> None:
        """Move one parameter in place, given the gradient g of its shape."""
        raise NotImplementedError

    def direction(self, p: torch.Tensor, group: dict) -> torch.Tensor:
        """The gradient of what is minimised: the loss (or minus it), plus weight_decay ‖p‖² / 2."""
        g = -p.grad if group["maximize"] else p.grad
        decay = 0 if group.get("decoupled_weight_decay") else group["weight_decay"]
        return g + decay * p if decay else g

    def memory(self, p: torch.Tensor, name: str) -> torch.Tensor:
        """A tensor of p's shape that stays from step to step, 0 at first."""
        state = self.state[p]
        if name not in state:
            state[name] = torch.zeros_like(p)
        return state[name]

    def count(self, p: torch.Tensor) -> float:
        """The number of this step for p, from 1."""
        state = self.state[p]
        state["step"] = state.get("step", torch.tensor(0.0)) + 1  # a tensor, as torch keeps it
        return state["step"].item()


class SGD(GradientMethod):
    """b ← γ b + (1 - dampening) g, θ ← θ - η b, as torch.optim.SGD; without momentum γ plain gradient descent.

    torch's b starts at the first g, undamped, and holds no step size, unlike v of `Momentum`.
    nesterov: the step is η (g + γ b), `Nesterov` seen from its look-ahead points.
    Source: Sutskever et al., On the importance of initialization and momentum in deep learning (2013).
    """

    def __init__(
        self, params, lr: float = 1e-3, momentum: float = 0, dampening: float = 0,
        weight_decay: float = 0, nesterov: bool = False, *, maximize: bool = False,
    ):  # fmt: skip
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("nesterov=True needs a positive momentum and no dampening.")
        more = {"momentum": momentum, "dampening": dampening, "nesterov": nesterov}
        super().__init__(params, lr, weight_decay, maximize, **more)

    def update(self, p: torch.Tensor, g: torch.Tensor, group: dict) -> None:
        gamma = group["momentum"]
        if gamma:
            first = "momentum_buffer" not in self.state[p]
            b = self.memory(p, "momentum_buffer")
            b.mul_(gamma).add_(g if first else (1 - group["dampening"]) * g)
            g = g + gamma * b if group["nesterov"] else b
        p -= group["lr"] * g


class Momentum(GradientMethod):
    """v ← γ v + η g, θ ← θ - v: the heavy ball, in the formulas of most texts.

    The same iterates as SGD(momentum=γ) while η is constant; v holds η, so a change of η takes effect slowly.
    Source: Polyak, Some methods of speeding up the convergence of iteration methods (1964).
    """

    def __init__(self, params, lr: float = 1e-3, momentum: float = 0.9):
        super().__init__(params, lr, momentum=momentum)

    def update(self, p: torch.Tensor, g: torch.Tensor, group: dict) -> None:
        v = self.memory(p, "velocity")
        v.mul_(group["momentum"]).add_(group["lr"] * g)
        p -= v


class Nesterov(GradientMethod):
    """v ← γ v + η ∇L(θ - γ v), θ ← θ - v: momentum with the gradient taken after the jump.

    step needs a closure that computes loss and gradients, because it asks at θ - γ v. In a loop without
    one, SGD(momentum=γ, nesterov=True) has these look-ahead points as its iterates.
    Source: Nesterov, A method of solving a convex programming problem with rate O(1/k²) (1983).
    """

    def __init__(self, params, lr: float = 1e-3, momentum: float = 0.9):
        super().__init__(params, lr, momentum=momentum)

    @torch.no_grad()
    def step(self, closure: Callable) -> torch.Tensor | None:
        """Jump ahead, call closure there, move; returns the loss at the look-ahead point."""
        for group in self.param_groups:
            for p in group["params"]:
                p -= group["momentum"] * self.memory(p, "velocity")
        return super().step(closure)

    def update(self, p: torch.Tensor, g: torch.Tensor, group: dict) -> None:
        p -= group["lr"] * g  # p is θ - γ v already
        self.memory(p, "velocity").mul_(group["momentum"]).add_(group["lr"] * g)


class AdaGrad(GradientMethod):
    """s ← s + g², θ ← θ - η g / (√s + ε): a step of its own for each coordinate, as torch.optim.Adagrad.

    Many texts write √(s + ε); torch, and this, add ε outside the root.
    Source: Duchi, Hazan and Singer, Adaptive Subgradient Methods (2011).
    """

    def __init__(
        self, params, lr: float = 1e-2, lr_decay: float = 0, weight_decay: float = 0,
        initial_accumulator_value: float = 0, eps: float = 1e-10, *, maximize: bool = False,
    ):  # fmt: skip
        more = {"lr_decay": lr_decay, "initial_accumulator_value": initial_accumulator_value}
        super().__init__(params, lr, weight_decay, maximize, eps=eps, **more)

    def add_param_group(self, group: dict) -> None:
        """Add parameters; as in torch their sums begin here, not at the first step."""
        super().add_param_group(group)
        for p in self.param_groups[-1]["params"]:
            start = self.param_groups[-1]["initial_accumulator_value"]
            self.state[p] = {"step": torch.tensor(0.0), "sum": torch.full_like(p, start)}

    def update(self, p: torch.Tensor, g: torch.Tensor, group: dict) -> None:
        lr = group["lr"] / (1 + (self.count(p) - 1) * group["lr_decay"])
        s = self.memory(p, "sum")
        s += g**2
        p -= lr * g / (s.sqrt() + group["eps"])


class RMSProp(GradientMethod):
    """s ← γ s + (1 - γ) g², θ ← θ - η g / (√s + ε): AdaGrad that forgets, as torch.optim.RMSprop.

    alpha is γ. Many texts write √(s + ε), with γ = 0.9 and η = 0.001; torch, and this, take ε outside and other defaults.
    centered: s less the square of the mean gradient, a variance; momentum: a heavy ball of these steps.
    Source: Tieleman and Hinton, Neural Networks for Machine Learning, lecture 6e (2012).
    """

    def __init__(
        self, params, lr: float = 1e-2, alpha: float = 0.99, eps: float = 1e-8,
        weight_decay: float = 0, momentum: float = 0, centered: bool = False, *, maximize: bool = False,
    ):  # fmt: skip
        more = {"alpha": alpha, "eps": eps, "momentum": momentum, "centered": centered}
        super().__init__(params, lr, weight_decay, maximize, **more)

    def update(self, p: torch.Tensor, g: torch.Tensor, group: dict) -> None:
        self.count(p)
        alpha, s = group["alpha"], self.memory(p, "square_avg")
        s.mul_(alpha).add_((1 - alpha) * g**2)
        if group["centered"]:
            mean = self.memory(p, "grad_avg")
            mean.mul_(alpha).add_((1 - alpha) * g)
            s = s - mean**2
        move = g / (s.sqrt() + group["eps"])
        if group["momentum"]:
            move = self.memory(p, "momentum_buffer").mul_(group["momentum"]).add_(move)
        p -= group["lr"] * move


class Adam(GradientMethod):
    """m ← β₁ m + (1 - β₁) g, s ← β₂ s + (1 - β₂) g², θ ← θ - η m̂ / (√ŝ + ε), as torch.optim.Adam.

    m̂ = m / (1 - β₁ᵗ) and ŝ = s / (1 - β₂ᵗ) undo the start at 0. amsgrad: the largest s so far stands for s.
    decoupled_weight_decay: shrink θ by η · weight_decay instead of adding to g; this is AdamW.
    Source: Kingma and Ba, Adam: A Method for Stochastic Optimization (2015).
    """

    def __init__(
        self, params, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
        weight_decay: float = 0, amsgrad: bool = False, *, maximize: bool = False,
        decoupled_weight_decay: bool = False,
    ):  # fmt: skip
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"The betas lie in [0, 1), and here are {betas}.")
        more = {"amsgrad": amsgrad, "decoupled_weight_decay": decoupled_weight_decay}
        super().__init__(params, lr, weight_decay, maximize, betas=betas, eps=eps, **more)

    def update(self, p: torch.Tensor, g: torch.Tensor, group: dict) -> None:
        t, (beta1, beta2), lr = self.count(p), group["betas"], group["lr"]
        if group["decoupled_weight_decay"]:
            p *= 1 - lr * group["weight_decay"]
        m, s = self.memory(p, "exp_avg"), self.memory(p, "exp_avg_sq")
        m.mul_(beta1).add_((1 - beta1) * g)
        s.mul_(beta2).add_((1 - beta2) * g**2)
        if group["amsgrad"]:
            largest = self.memory(p, "max_exp_avg_sq")
            s = torch.maximum(largest, s, out=largest)
        m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
        p -= lr * m_hat / (s_hat.sqrt() + group["eps"])


class AMSGrad(Adam):
    """Adam with the largest s so far in the denominator, as torch.optim.Adam(amsgrad=True).

    The paper divides by neither 1 - βᵗ, so that its steps never grow; torch, and this, divide by both.
    Source: Reddi, Kale and Kumar, On the Convergence of Adam and Beyond (2018).
    """

    def __init__(
        self, params, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
        weight_decay: float = 0, *, maximize: bool = False,
    ):  # fmt: skip
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad=True, maximize=maximize)


class Newton(torch.optim.Optimizer):
    """θ ← θ - η (H + λI)⁻¹ ∇L(θ) with the full Hessian H: n parameters cost n² numbers, so for small problems.

    One step with η = 1, λ = 0 lands on the stationary point of a quadratic, be it minimum or saddle.
    The damping λ turns the step towards the gradient and shortens it. Each group of parameters has its own η and λ.
    """

    def __init__(self, params, lr: float = 1.0, damping: float = 0.0):
        super().__init__(params, {"lr": lr, "damping": damping})

    @torch.no_grad()
    def step(self, closure: Callable[[], torch.Tensor]) -> torch.Tensor:
        """One step; closure returns the loss, without backward(), which would free the graph.

        Raises:
            ValueError: H + λI cannot be inverted.
        """
        groups = [(p, group) for group in self.param_groups for p in group["params"]]
        params = [p for p, _ in groups]
        with torch.enable_grad():
            loss = closure()
            g, H = _gradient_and_hessian(loss, params)
        damping = torch.cat([g.new_full([p.numel()], group["damping"]) for p, group in groups])
        H = H + torch.diag(damping)
        if not H.isfinite().all() or torch.linalg.matrix_rank(H, hermitian=True) < len(g):
            raise ValueError(
                "The Hessian cannot be inverted: along some direction the loss is not curved. "
                "A positive damping helps."
            )
        move = torch.linalg.solve(H, g)
        parts = move.split([p.numel() for p in params])
        for (p, group), part in zip(groups, parts, strict=True):
            p -= group["lr"] * part.view_as(p)
        return loss.detach()


def _gradient_and_hessian(loss: torch.Tensor, params: list) -> tuple[torch.Tensor, torch.Tensor]:
    """Gradient (n,) and Hessian (n, n) over all parameters laid end to end: a row is the gradient of a gradient."""

    def flat_gradient(y, **how):
        parts = torch.autograd.grad(y, params, retain_graph=True, materialize_grads=True, **how)
        return torch.cat([part.reshape(-1) for part in parts])

    g = flat_gradient(loss, create_graph=True)
    if not g.requires_grad:  # of a loss without any curvature
        return g, torch.zeros(len(g), len(g), dtype=g.dtype, device=g.device)
    return g.detach(), torch.stack([flat_gradient(g_i) for g_i in g])
