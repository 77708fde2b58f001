"""The discriminators with their optimiser: judges real against made sound and gives the generator its losses."""

import torch

from discriminators import Discriminators, discriminator_loss, generator_losses
from training import average_gradients

ADVERSARIAL_WEIGHT, MATCHING_WEIGHT = 0.5, 1.0
RAMP_STEPS, SAMPLES = 300, 8192
RATE = 4e-4


class Adversary:
    def __init__(self, device, world):
        self.discriminators, self.world, self.steps = Discriminators().to(device), world, 0
        self.optimiser = torch.optim.AdamW(self.discriminators.parameters(), RATE, betas=(0.8, 0.99))

    def state(self):
        return {"model": self.discriminators.state_dict(), "optimiser": self.optimiser.state_dict()}

    def restore(self, state):
        self.discriminators.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])

    def learn(self, real, fake):
        """One step of the discriminators on [B, N] samples; returns their loss."""
        loss = discriminator_loss(self.discriminators(real), self.discriminators(fake.detach()))
        self.optimiser.zero_grad()
        loss.backward()
        average_gradients(list(self.discriminators.parameters()), self.world)
        self.optimiser.step()
        return loss.detach()

    def generator_loss(self, target, made, rng):
        """Learns from a random crop and returns (loss for the generator, figures)."""
        self.steps += 1
        start = int(rng.integers(0, max(1, made.shape[1] - SAMPLES)))
        real, fake = target[:, start : start + SAMPLES], made[:, start : start + SAMPLES]
        judged = self.learn(real, fake)
        self.discriminators.requires_grad_(False)
        adversarial, matching = generator_losses(self.discriminators(real), self.discriminators(fake))
        self.discriminators.requires_grad_(True)
        ramp = min(1.0, self.steps / RAMP_STEPS)
        loss = ramp * (ADVERSARIAL_WEIGHT * adversarial + MATCHING_WEIGHT * matching)
        return loss, {"judge": judged, "adv": adversarial.detach(), "match": matching.detach()}
