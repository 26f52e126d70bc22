#!/usr/bin/env python3
"""The fixtures that Cloze's tests compare themselves with: PyTorch and the Hugging Face libraries in float64.

    python3 Tests/Fixtures/generate.py --environment /tmp/cloze-fixtures     makes the environment, then everything
    python3 Tests/Fixtures/generate.py --check                               makes everything elsewhere and compares
    python3 Tests/Fixtures/generate.py --distances                           how far PyTorch's own float32 is off
    python3 Tests/Fixtures/generate.py --environment FOLDER --install        makes the environment only

The environment is a throw-away virtual environment with the versions in requirements.txt (about 1.5 GB; packages only:
no model and no data is downloaded, all weights are random and all texts are invented here). With the same versions on
the same machine the same bytes come out; on another machine the last bit of a float may differ, so --check compares
tensors within 1e-6 of their largest value and all other files byte for byte.
"""
import argparse
import filecmp
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
SETTINGS = {"MKL_CBWR": "COMPATIBLE", "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "PYTHONHASHSEED": "0",
            "TOKENIZERS_PARALLELISM": "false", "RAYON_NUM_THREADS": "1"}


def install(environment):
    """Makes the virtual environment where there is none, with the CPU build of PyTorch; returns its Python."""
    python = environment / "bin" / "python"
    if not python.exists():
        lines = (HERE / "requirements.txt").read_text().splitlines()
        torch = next(line for line in lines if line.startswith("torch=="))
        pip = [python, "-m", "pip", "install", "-q"]
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        subprocess.run([*pip, "--retries", "1", "--extra-index-url", TORCH_INDEX, "--no-deps", torch], check=True)
        subprocess.run([*pip, "-r", HERE / "requirements.txt"], check=True)
    return python


def enter(environment, flags):
    """Runs this script again inside the environment."""
    python = install(environment)
    sys.exit(subprocess.run([python, __file__, *flags], env=os.environ | SETTINGS).returncode)


def version_problems():
    """What is installed here, where it differs from requirements.txt."""
    from importlib.metadata import PackageNotFoundError, version
    problems = []
    for line in (HERE / "requirements.txt").read_text().splitlines():
        if "==" not in line or line.startswith("#"):
            continue
        name, wanted = line.split("==")
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "nothing"
        if found.split("+")[0] != wanted.split("+")[0]:
            problems.append(f"{name}: {found}, wanted {wanted}")
    return problems


def generate(folder):
    from recipes import (
        checkpoints, exactness, gaps, models, optimizers, patterns, rawfiles, schedules, texts, training, tricky, unigrams,
        uses, vocabularies)
    models.write(folder)
    optimizers.write(folder)
    schedules.write(folder)
    vocabularies.write(folder)
    texts.write(folder)
    patterns.write(folder)
    training.write(folder)
    unigrams.write(folder)
    tricky.write(folder)
    exactness.write(folder)
    gaps.write(folder)
    rawfiles.write(folder)
    uses.write(folder)
    checkpoints.write(folder)


def differences(fresh, committed):
    """Sentences on the files that differ, tensors by value and everything else by bytes."""
    from recipes.writing import tensor_distance
    found = []
    made = {p.relative_to(fresh) for p in fresh.rglob("*") if p.is_file()}
    kept = {p.relative_to(committed) for p in committed.rglob("*")
            if p.is_file() and len(p.relative_to(committed).parts) > 1 and p.suffix not in (".py", ".pyc")}
    found += [f"{p}: committed, but no longer made" for p in sorted(kept - made)]
    found += [f"{p}: made, but not committed" for p in sorted(made - kept)]
    for path in sorted(made & kept):
        if filecmp.cmp(fresh / path, committed / path, shallow=False):
            continue
        if path.suffix != ".safetensors":
            found.append(f"{path}: other bytes")
        elif (distance := tensor_distance(fresh / path, committed / path)) > 1e-6:
            found.append(f"{path}: tensors differ by {distance:.1e} of their largest value")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--environment", type=pathlib.Path, help="folder of the virtual environment, made if missing")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if something would change")
    parser.add_argument("--install", action="store_true", help="make the environment, nothing else")
    parser.add_argument("--distances", action="store_true", help="print the float32 distances; change nothing")
    options = parser.parse_args()
    if options.environment and options.install:
        return install(options.environment.resolve())
    if options.environment:
        enter(options.environment.resolve(), [f for f in ("--check", "--distances") if getattr(options, f[2:])])
    if any(os.environ.get(name) != value for name, value in SETTINGS.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | SETTINGS)
    if problems := version_problems():
        sys.exit("other versions than in requirements.txt (use --environment):\n  " + "\n  ".join(problems))
    if options.distances:
        from recipes import distances
        return distances.report()
    if not options.check:
        return generate(HERE)
    with tempfile.TemporaryDirectory() as folder:
        generate(pathlib.Path(folder))
        found = differences(pathlib.Path(folder), HERE)
    print("\n".join(found) if found else "all fixtures are as generated")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
