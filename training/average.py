"""Average the weights of readers that began from the same one.

    python training/average.py training/runs/second.safetensors \\
        training/runs/reader/reader.safetensors training/runs/average.safetensors

After Wortsman et al. 2022, "Model soups: averaging weights of multiple fine-tuned models improves
accuracy without increasing inference time".
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file


def average(paths: list[Path]) -> dict[str, torch.Tensor]:
    """Return the mean of weights of the same names and shapes, in fp16."""
    found = [load_file(path) for path in paths]
    return {
        name: torch.stack([one[name].float() for one in found]).mean(0).half().contiguous()
        for name in found[0]
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("readers", type=Path, nargs="+")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    save_file(average(options.readers), options.out)
    print(f"{options.out}: average of {len(options.readers)} readers")


if __name__ == "__main__":
    main()
