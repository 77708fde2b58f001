"""What every training stage shares: devices, several processes, checkpoints, EMA, learning rate, log lines."""

import math
import os
import time
from pathlib import Path

import torch
import torch.distributed as dist


def start_processes():
    """Joins the process group of torchrun where there is one. Returns (rank, world size, device)."""
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    torch.set_flush_denormal(True)
    world = int(os.environ.get("WORLD_SIZE", "1"))
    cuda = torch.cuda.is_available()
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0"))) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(device)
        torch.backends.cuda.matmul.allow_tf32 = True
        torch.backends.cudnn.allow_tf32 = True
    if world > 1:
        dist.init_process_group("nccl" if cuda else "gloo")
    return (dist.get_rank() if world > 1 else 0), world, device


def average_gradients(parameters, world):
    """Replaces every gradient by its mean over the processes, in one all-reduce."""
    if world == 1:
        return
    gradients = [p.grad for p in parameters if p.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    dist.all_reduce(flat)
    for gradient, part in zip(gradients, flat.split([g.numel() for g in gradients])):
        gradient.copy_((part / world).reshape(gradient.shape))


def bfloat16_layers(device):
    """Autocast for the layers; spectra, KL terms and heads stay in f32."""
    return torch.autocast(device.type, dtype=torch.bfloat16)


def cosine_rate(progress, step, peak, warm_up=200, floor=0.03):
    """Learning rate: linear warm-up, then a cosine over the run's progress (0..1) down to floor * peak."""
    return peak * min(1.0, (step + 1) / warm_up) * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * min(1.0, progress))))


def set_rate(optimiser, rate):
    for group in optimiser.param_groups:
        group["lr"] = rate


class Ema:
    """Exponential moving average of a module's floating-point state."""

    def __init__(self, module, decay):
        self.decay = decay
        self.state = {name: value.detach().clone() for name, value in module.state_dict().items()}

    @torch.no_grad()
    def update(self, module, step):
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, value in module.state_dict().items():
            self.state[name].lerp_(value.to(self.state[name].dtype), 1 - decay)


class Log:
    """Means of named figures, printed as one line every `every` steps by the first process."""

    def __init__(self, rank, every=50):
        self.rank, self.every, self.sums, self.count, self.start = rank, every, {}, 0, time.time()

    def add(self, step, figures):
        self.count += 1
        for name, value in figures.items():
            self.sums[name] = self.sums.get(name, 0.0) + float(value)
        if step % self.every == 0:
            if self.rank == 0:
                means = " ".join(f"{name} {total / self.count:.4g}" for name, total in self.sums.items())
                print(f"step {step} {time.time() - self.start:.0f}s {means}", flush=True)
            self.sums, self.count = {}, 0


def fresh_seed(seed, rank, saved):
    """A seed that differs between processes and between the parts of a resumed run, of which `saved` is the checkpoint."""
    step = saved["step"] if saved else 0
    return (seed * 1000003 + rank * 7919 + step * 104729) % 2**31


class Clock:
    """Share of the time allowed that is used up, all of it where none is; in step mode, the share of the steps."""

    def __init__(self, minutes, steps):
        self.start, self.minutes, self.steps = time.time(), minutes, steps

    def progress(self, step):
        if self.steps:
            return step / self.steps
        return (time.time() - self.start) / (self.minutes * 60) if self.minutes else 1.0


def add_clock_options(parser):
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--steps", type=int, default=0, help="stop after so many steps instead of --minutes")
    parser.add_argument("--total-steps", type=int, default=0, help="stop at this step of the run, however often it was resumed")


def start_clock(args, step):
    """The clock of a run that stands at a step, and the step from which it counts: the run's first for --total-steps, else this one."""
    return Clock(args.minutes, args.total_steps or args.steps), 0 if args.total_steps else step


def agree_on_end(progress, world, device):
    """True when any process has used its time up, so that all leave the loop together."""
    ended = torch.tensor([float(progress >= 1)], device=device)
    if world > 1:
        dist.all_reduce(ended)
    return ended.item() > 0


def save_checkpoint(path, **state):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(state, path.with_suffix(".tmp"))
    os.replace(path.with_suffix(".tmp"), path)


def load_checkpoint(path, device="cpu"):
    return torch.load(path, map_location=device) if Path(path).exists() else None


def load_average(path, build, made_by, device="cpu"):
    """(checkpoint, module) of a checkpoint's averaged weights, in evaluation mode. build(checkpoint) -> module."""
    saved = load_checkpoint(path, device)
    if saved is None:
        raise FileNotFoundError(f"no checkpoint at {path}: run {made_by} first")
    module = build(saved).to(device)
    module.load_state_dict(saved["ema"])
    return saved, module.eval()
