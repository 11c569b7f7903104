"""The survey service's commands: `python -m services.survey {serve|work|migrate|...}`."""

from services.survey.app import create_app
from services.survey.customers.customer.digest import DIGEST
from services.survey.customers.customer.models import CustomerIdentity
from services.survey.fieldwork.invitation.models import Invitation
from services.survey.fieldwork.response.models import Response
from services.survey.settings import Settings
from services.survey.worker import PUBLICATIONS, WORKS, handlers
from shared.commands import main
from shared.duplicates import Keys, print_duplicates
from shared.service import Service


def duplicates(settings: Settings) -> None:
    """List keys that differ only by spelling; exit with 1 if any do. Nothing is changed."""
    print_duplicates(settings, KEYS)


KEYS: Keys = {
    "response": (
        Response.id,
        (Response.survey_id, Response.wave, Response.respondent_system, Response.respondent_id),
    ),
    "invitation": (
        Invitation.id,
        (
            Invitation.survey_id,
            Invitation.wave,
            Invitation.respondent_system,
            Invitation.respondent_id,
        ),
    ),
    "customer": (
        CustomerIdentity.customer_id,
        (CustomerIdentity.system, CustomerIdentity.external_id),
    ),
}
"""The keys by which responses and invitations name customers, and those of the customers."""


SERVICE = Service(
    settings=Settings,
    create_app=create_app,
    handlers=handlers,
    publications=PUBLICATIONS,
    digests=(DIGEST,),
    works=WORKS,
    commands={"duplicates": duplicates},
)

if __name__ == "__main__":
    main(SERVICE)
