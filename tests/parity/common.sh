# Shared by the scripts of this folder: what those of tests/e2e share, and the run they look at.
source "$(dirname "${BASH_SOURCE[0]}")/../e2e/common.sh"
run=$3
images=$data/t10k-images-idx3-ubyte.gz
