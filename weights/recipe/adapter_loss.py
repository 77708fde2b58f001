"""The loss of test-time training (KALL-E section 3, Eq. 12) with autograd: what the exported gradient must agree with."""

from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F

from language_model import gaussian_kl
from train_lm import POINTER_WEIGHT

ADAPTER = ("lora_attention_a", "lora_attention_b", "lora_head_a", "lora_head_b")


@dataclass
class TrainingLine:
    """One teacher-forced line of T frames; everything the frames read is already shifted."""

    speaker: torch.Tensor  # [1, S + K], the conditioning
    symbols: torch.Tensor  # [1, P]
    window: torch.Tensor  # [1, T, W]
    age: torch.Tensor  # [1, T]
    latents_before: torch.Tensor  # [1, T, D]
    target_mean: torch.Tensor  # [1, T, D]
    target_log_scale: torch.Tensor  # [1, T, D]
    advance_target: torch.Tensor  # [1, T], -1 = none


def sequence_mask(frames, prefix, prefix_attention):
    """[prefix + frames, same] additive: everything sees what is before it, and the prefix may see all of itself."""
    place = torch.arange(frames + prefix)
    allowed = place[None] <= place[:, None]
    if prefix_attention == "bidirectional":
        allowed = allowed | (torch.maximum(place[None], place[:, None]) < prefix)
    return (1 - allowed.float()) * -1e9


def predict_line(model, line, adapter):
    """mean, log-scale [1, T, D] and the advance's logits of every frame. adapter: tensors as in ADAPTER."""
    attention_a, attention_b, head_a, head_b = adapter
    prefix = model.embed_prefix(line.speaker, line.symbols.long())
    frames = model.embed_latents(line.latents_before, line.window.long(), line.age.long())
    x = torch.cat([prefix, frames], 1)
    mask = sequence_mask(frames.shape[1], prefix.shape[1], model.config.prefix_attention)
    rotation = model.rotation(torch.arange(x.shape[1])[None])
    hidden, _ = model.run_layers(x, rotation, mask, None, (attention_a, attention_b))
    return model.predict(hidden[:, prefix.shape[1] :], (head_a, head_b))


def line_losses(model, line, adapter):
    """Means over the line: KL(target || prediction), cross-entropy of the pointer."""
    mean, log_scale, advance = predict_line(model, line, adapter)
    kl = gaussian_kl(line.target_mean, line.target_log_scale, mean, log_scale).mean()
    known = line.advance_target[0] >= 0
    if not known.any():
        return kl, torch.zeros(())
    return kl, F.cross_entropy(advance[0][known], line.advance_target[0][known].long())


def line_gradient(model, line, adapter):
    """kl, pointer, and the gradient of kl + POINTER_WEIGHT * pointer by the conditioning and every tensor of the adapter."""
    line = replace(line, speaker=line.speaker.detach().requires_grad_())
    adapter = [tensor.detach().requires_grad_() for tensor in adapter]
    kl, pointer = line_losses(model, line, adapter)
    gradients = torch.autograd.grad(kl + POINTER_WEIGHT * pointer, [line.speaker, *adapter])
    return (kl.detach(), pointer.detach(), *gradients)
