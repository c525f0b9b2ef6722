"""What a phone number of a business tells about itself.

https://developers.facebook.com/docs/graph-api/reference/whats-app-business-account-to-number-current-status/
"""

from collections.abc import Iterable
from typing import Any

from tests.servers.graph_errors import Refused

ALWAYS = (
    "verified_name",
    "code_verification_status",
    "display_phone_number",
    "quality_rating",
    "platform_type",
    "throughput",
)
"""What is told when no fields are asked for."""
_WITHOUT_VALUE = (
    "certificate",
    "conversational_automation",
    "country_code",
    "country_dial_code",
    "eligibility_for_api_business_global_search",
    "health_status",
    "is_preverified_number",
    "last_onboarded_time",
    "new_certificate",
    "new_name_status",
    "quality_score",
    "search_visibility",
    "webhook_configuration",
    "whatsapp_business_manager_messaging_limit",
)
"""Fields that exist; the number has nothing to say there, and then they are left out."""


def fields_of(phone_id: str, display: str, name: str, asked: Iterable[str]) -> dict[str, Any]:
    """Raises Refused for a field that does not exist."""
    known: dict[str, Any] = {
        "verified_name": name,
        "code_verification_status": "VERIFIED",
        "display_phone_number": display,
        "quality_rating": "GREEN",
        "platform_type": "CLOUD_API",
        "throughput": {"level": "STANDARD"},
        "account_mode": "LIVE",
        "name_status": "APPROVED",
        "status": "CONNECTED",
        "messaging_limit_tier": "TIER_1K",
        "is_official_business_account": False,
        "is_on_biz_app": False,
        "is_pin_enabled": True,
    }
    found = {}
    for field in asked:
        if field in known:
            found[field] = known[field]
        elif field not in _WITHOUT_VALUE and field != "id":
            says = f"(#100) Tried accessing nonexisting field ({field}) on node type"
            raise Refused(100, message=f"{says} (WhatsAppBusinessPhoneNumber)", wrong=True)
    return {**found, "id": phone_id}
