"""Every flag with a range, with a number outside of it: exit code 2, a short message that names the number and what it must be."""
import subprocess
import sys

cases = [
    ("check m.braid --batch 0", "`0` is not a positive number"),
    ("check m.braid --tokens -4", "`-4` is not a positive number"),
    ("check m.braid --batch nan", "`nan` is not a positive number"),
    ("train m.braid --data d --out o --max-steps 1 --lr inf", "`inf` is not a number from 0 up"),
    ("train m.braid --data d --out o --max-steps 1 --clip -1", "`-1` is not a number from 0 up"),
    ("train m.braid --data d --out o --max-steps 1 --beta1 1", "`1` is not a number from 0 to 0.999999"),
    ("train m.braid --data d --out o --max-steps 1 --min-lr-ratio nan", "`nan` is not a number from 0 to 1"),
    ("train m.braid --data d --out o --max-time nan", "`nan` is not a time such as 90, 90s, 15m or 2h"),
    ("train m.braid --data d --out o --max-time inf", "`inf` is not a time such as"),
    ("generate m.braid --prompt a --temperature nan", "`nan` is not a number from 0 up"),
    ("generate m.braid --prompt a --top-p nan", "`nan` is not a number from 0 to 1"),
    ("generate m.braid --prompt a --seed -1", "`-1` is not a whole number from 0 to 18446744073709551615"),
    ("init m.braid -o x --seed 18446744073709551616", "`18446744073709551616` is not a whole number"),
    ("init m.braid -o x --seed 1.5", "`1.5` is not a whole number"),
    ("bench m.braid --threads 5000", "`5000` is not a number from 0 to 4096"),
    ("data a.txt -o d --validation 0.95", "`0.95` is not a number from 0 to 0.9"),
    ("diff m.braid --tolerance 0", "`0` is not a positive number"),
    ("eval m.braid --data d --batch 99999999999999999999999", "`99999999999999999999999` is more than 2147483647"),
    ("train m.braid --data d --out o --max-steps 9223372036854775807", "`9223372036854775807` is more than 1099511627776"),
    ("run m.braid --function row-kernels --device emulator --entries 4294967296", "`4294967296` is more than 65536"),
    ("eval m.braid --data d --batches -1", "`-1` is not a number from 0 up"),
]
failed = 0
for line, expected in cases:
    run = subprocess.run(["braid"] + line.split(), capture_output=True, text=True)
    if run.returncode != 2 or expected not in run.stderr or len(run.stderr) > 300:
        failed += 1
        print(line, run.returncode, run.stderr)
sys.exit(failed > 0)
