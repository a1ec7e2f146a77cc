# Shared by the scripts that need Fashion-MNIST: its files, the first example, checks.
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
data=/usr/share/datasets/fashion-mnist
model=$root/examples/01-fashion-mnist/consistentee.ramp
if [[ ! -r $data/train-images-idx3-ubyte.gz ]]; then
  echo "SKIPPED: no Fashion-MNIST in $data (apt install dataset-fashion-mnist)"
  exit 77
fi
train=train=$data/train-images-idx3-ubyte.gz,$data/train-labels-idx1-ubyte.gz
test=test=$data/t10k-images-idx3-ubyte.gz,$data/t10k-labels-idx1-ubyte.gz
