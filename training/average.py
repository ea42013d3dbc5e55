"""Average the weights of readers that began from the same one.

    python training/average.py training/runs/second.safetensors \\
        training/runs/reader/reader.safetensors training/runs/average.safetensors --shares 0.65 0.35

After Wortsman et al. 2022, "Model soups: averaging weights of multiple fine-tuned models improves
accuracy without increasing inference time".
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file


def average(paths: list[Path], shares: list[float]) -> dict[str, torch.Tensor]:
    """Return the weighted mean of weights of the same names and shapes, in fp16."""
    found = [load_file(path) for path in paths]
    total = sum(shares)
    return {
        name: sum(
            share / total * one[name].float() for share, one in zip(shares, found, strict=True)
        )
        .half()
        .contiguous()
        for name in found[0]
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("readers", type=Path, nargs="+")
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--shares", type=float, nargs="+", help="of each reader; equal if not given"
    )
    options = parser.parse_args()
    shares = options.shares or [1.0] * len(options.readers)
    if len(shares) != len(options.readers):
        parser.error(f"{len(options.readers)} readers have {len(shares)} shares; give one for each")
    save_file(average(options.readers, shares), options.out)
    print(f"{options.out}: average of {len(options.readers)} readers")


if __name__ == "__main__":
    main()
