"""Where people can look."""

from typing import Final, Self

from promotion.core.notices.notice import Notice
from promotion.core.value import Value

_UNRESERVED: Final = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
)
"""What stands for itself in an address: RFC 3986."""

_MAX_NAME: Final = 255
"""Characters of a name in Azure ML; whoever asks for a promotion by hand may write more."""

STUDIOS: Final = {
    "AzureUSGovernment": "https://ml.azure.us",
    "AzureChinaCloud": "https://studio.ml.azure.cn",
}
"""Azure Machine Learning Studio by cloud; https://ml.azure.com for all others."""


class Links(Value):
    """Addresses that a message shows; they are made here, and of nothing that a stranger wrote."""

    promotion: str | None = None
    """The promotion, in the service's own interface; None when nobody has said where that is."""
    interface: str | None = None
    """The page that shows the interface."""
    studio: str
    """The model version, in Azure Machine Learning Studio."""

    @classmethod
    def of(cls, notice: Notice, api: str | None, cloud: str) -> Self:
        """The links of ``notice``; ``api`` is the base of the service's interface."""
        context = notice.context
        named = context.model
        model = f"{_quoted(named.name[:_MAX_NAME])}:{_quoted(named.version[:_MAX_NAME])}"
        studio = STUDIOS.get(cloud, "https://ml.azure.com")
        workspace = "/".join(map(_quoted, notice.source.arm_id.split("/")))
        return cls(
            promotion=f"{api}/promotions/{_quoted(context.promotion_id)}" if api else None,
            interface=f"{api}/docs" if api else None,
            studio=f"{studio}/model/{model}/details?wsid={workspace}",
        )


def _quoted(part: str) -> str:
    """``part`` as one part of a path; urllib does the same, and is not for the core."""
    encoded = part.encode("utf-8", "replace")
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in encoded)
