"""MBG/NBD: as BG/NBD, but customers may drop out right after the first order too."""

from __future__ import annotations

from typing import ClassVar

from ml.purchase_models.beta_geometric_nbd import BetaGeometricNBD


class ModifiedBetaGeometricNBD(BetaGeometricNBD):
    """MBG/NBD model: one-time customers may have dropped out, so their `alive_probability` is below 1.

    References
    ----------
    Batislam, E. P., Denizel, M. & Filiztekin, A. (2007). Empirical validation and comparison of models
    for customer base analysis. International Journal of Research in Marketing 24(3), 201-209.
    """

    method_name: ClassVar[str] = "mbg_nbd"
    _dropouts_at_first_order: ClassVar[int] = 1
