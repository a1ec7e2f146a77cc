# Shared by the scripts of this folder.
offramp=$1 root=$2 run=$3
data=/usr/share/datasets/fashion-mnist
if [[ ! -r $data/train-images-idx3-ubyte.gz ]]; then
  echo "SKIPPED: no Fashion-MNIST in $data (apt install dataset-fashion-mnist)"
  exit 77
fi
train=train=$data/train-images-idx3-ubyte.gz,$data/train-labels-idx1-ubyte.gz
images=$data/t10k-images-idx3-ubyte.gz
test=test=$images,$data/t10k-labels-idx1-ubyte.gz
fail() { echo "FAILED: $*" >&2; exit 1; }
