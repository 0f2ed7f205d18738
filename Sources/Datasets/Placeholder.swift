internal import Tensor
