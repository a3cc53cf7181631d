"""Attention spelled out is torch's own; the other rules: see test_bookkeeping."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from privlab.dp.layers import attention


@pytest.mark.parametrize("dropout", [0.0, 0.5])
@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize("options", [{}, {"average_attn_weights": False}])
def test_attention_is_that_of_torch_down_to_its_dropout(dropout, mode, options):
    torch.manual_seed(0)
    peer = getattr(nn.MultiheadAttention(8, 2, dropout=dropout), mode)()
    x, y = torch.randn(5, 3, 8), torch.randn(4, 3, 8)
    torch.manual_seed(1)
    expected = peer(x, y, y, **options)
    torch.manual_seed(1)
    ours = attention(
        F.linear,
        *(x, y, y, 8, 2),
        *(peer.in_proj_weight, peer.in_proj_bias, None, None, False, dropout),
        *(peer.out_proj.weight, peer.out_proj.bias),
        training=peer.training,
        **options,
    )
    torch.testing.assert_close(ours, expected)
