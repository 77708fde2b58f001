"""Muon: momentum whose 2-D updates are made orthogonal by Newton-Schulz steps (Jordan et al. 2024)."""

import torch
import torch.distributed as dist

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # quintic that drives all singular values towards 1


def orthogonalise(matrix, steps=5):
    """The nearest (semi-)orthogonal matrix, roughly: singular values end in about 0.7..1.2."""
    a, b, c = COEFFICIENTS
    x = matrix.bfloat16()
    x = x / (x.norm() + 1e-7)
    tall = x.shape[0] > x.shape[1]
    x = x.t() if tall else x
    for _ in range(steps):
        gram = x @ x.t()
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.t() if tall else x).float()


class Muon(torch.optim.Optimizer):
    """For the 2-D weights of hidden layers; embeddings, heads and vectors belong to AdamW. Where several processes
    train, each makes the updates of its share of the matrices."""

    def __init__(self, parameters, lr, momentum=0.95, weight_decay=0.0):
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    def update_of(self, parameter, momentum_share):
        """The orthogonal update of a parameter; moves its momentum on."""
        momentum = self.state[parameter].setdefault("momentum", torch.zeros_like(parameter))
        momentum.lerp_(parameter.grad, 1 - momentum_share)
        update = orthogonalise(parameter.grad.lerp(momentum, momentum_share))
        return update * max(1.0, parameter.shape[0] / parameter.shape[1]) ** 0.5

    @torch.no_grad()
    def step(self):
        rank, world = (dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else (0, 1)
        for group in self.param_groups:
            parameters = group["params"]
            updates = [
                self.update_of(parameter, group["momentum"]) if index % world == rank else torch.zeros_like(parameter)
                for index, parameter in enumerate(parameters)
            ]
            if world > 1:
                flat = torch.cat([update.flatten() for update in updates])
                dist.all_reduce(flat)
                updates = [part.reshape(p.shape) for part, p in zip(flat.split([p.numel() for p in parameters]), parameters)]
            for parameter, update in zip(parameters, updates):
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.add_(update, alpha=-group["lr"])
