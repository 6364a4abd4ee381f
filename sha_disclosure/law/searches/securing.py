"""Disclosing to secure the client's care and welfare (703/2023 56 §), with all its conditions.

Here the discloser decides, even against a denial, whereas 55 § is the receiver's right. The
result is the provision to cite in a notice whose ground is ``statute``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sha_disclosure.law.searches.rights import ReasonPart
from sha_disclosure.notice import Cause, Confirmed, CoveredBy


class NotObtainable(ReasonPart):
    """Permission cannot be obtained.

    56 § 1 mom.: "luovutuslupaa ei voida saada asiakkaan muistisairauden, mielenterveyden
    häiriön, kehitysvammaisuuden tai vastaavan syyn takia".
    """

    kind: Literal["not_obtainable"] = "not_obtainable"
    cause: Annotated[Cause, CoveredBy("A11.obstacle")]


class Denied(ReasonPart):
    """The disclosure is denied: "asiakas tai hänen laillinen edustajansa kieltää"."""

    kind: Literal["denied"] = "denied"
    denied_by: Annotated[Literal["client", "legal_representative"], CoveredBy("A11.obstacle")]


class EvidentNeed(ReasonPart):
    """56 § 1 mom. 1 kohta: evident need of care or welfare.

    "se, jota asiakirja koskee, on hoidon tai huollon ilmeisessä tarpeessa terveytensä,
    kehityksensä tai turvallisuutensa vaarantumisen vuoksi" (``endangered``) "eikä hoidon tai
    huollon tarvetta muutoin voida selvittää taikka hoidon tai huollon toimenpiteitä toteuttaa"
    (``no_other_way``).
    """

    kind: Literal["evident_need"] = "evident_need"
    endangered: Annotated[Literal["health", "development", "safety"], CoveredBy("A11.alternative")]
    no_other_way: Annotated[Confirmed, CoveredBy("A11.alternative")]


class ChildsInterest(ReasonPart):
    """56 § 1 mom. 2 kohta: "tieto on tarpeen lapsen edun vuoksi"."""

    kind: Literal["childs_interest"] = "childs_interest"
    needed: Annotated[Confirmed, CoveredBy("A11.alternative")]


class NecessaryInterests(ReasonPart):
    """56 § 1 mom. 3 kohta: the client's necessary interests and rights.

    "tieto on tarpeen asiakkaan välttämättömien etujen ja oikeuksien turvaamiseksi" (``needed``)
    "eikä asiakkaalla itsellään ole edellytyksiä arvioida asian merkitystä" (``cannot_judge``).
    """

    kind: Literal["necessary_interests"] = "necessary_interests"
    needed: Annotated[Confirmed, CoveredBy("A11.alternative")]
    cannot_judge: Annotated[Confirmed, CoveredBy("A11.alternative")]


class PublicReceiver(ReasonPart):
    """56 § 2 mom.: public providers, those who act for them, and authorities.

    "toiselle sosiaalihuollon julkiselle palvelunantajalle" (``public_provider``) "ja sen lukuun
    toimivalle palveluntuottajalle" (``producer_for_public``) "tai sen toimeksiannosta
    sosiaalihuollon tehtäviä suorittavalle henkilölle tai yhteisölle" (``commissioned``) "sekä
    muulle suomalaiselle tai ulkomaiselle viranomaiselle" (``finnish_authority``,
    ``foreign_authority``).
    """

    kind: Literal["public"] = "public"
    receiver: Annotated[
        Literal[
            "public_provider",
            "producer_for_public",
            "commissioned",
            "finnish_authority",
            "foreign_authority",
        ],
        CoveredBy("A11.recipient"),
    ]


class PrivateProviderReceiver(ReasonPart):
    """56 § 3 mom. 1. virke: a private provider of social or health care.

    "vain välttämättömät tiedot asiakkaan välittömän hoidon tai huollon toteuttamiseksi tai
    muusta tähän rinnastettavasta syystä" (``reason``).
    """

    kind: Literal["private_provider"] = "private_provider"
    reason: Annotated[Literal["immediate_care", "comparable_reason"], CoveredBy("A11.recipient")]


class OtherPrivateReceiver(ReasonPart):
    """56 § 3 mom. 2. virke: another private person or body.

    "jos tiedon antaminen on välttämätöntä asiakkaan tahdon tai sosiaalihuollon tarpeen
    selvittämiseksi tai sosiaalihuollon toimenpiteen toteuttamiseksi" (``necessary_for``).
    """

    kind: Literal["other_private"] = "other_private"
    necessary_for: Annotated[
        Literal["clients_will", "need_of_social_welfare", "measure"], CoveredBy("A11.recipient")
    ]


class CareSecuring(ReasonPart):
    """A disclosure by 56 §: sosiaalihuollon asiakkaan hoidon ja huollon turvaaminen.

    ``obstacle``: why there is no permission. ``need``: "asiakkaan hoidon, huollon tai
    koulutuksen tarpeen selvittämiseksi, hoidon, huollon tai koulutuksen järjestämiseksi tai
    toteuttamiseksi taikka toimeentulon edellytysten turvaamiseksi". ``data_necessary``:
    "tietoja, jotka ovat välttämättömiä". ``alternative``: one of the three cases.
    ``recipient``: the limits of 2-3 mom. Raises InvalidAccessReason with every problem.
    """

    obstacle: Annotated[
        Annotated[NotObtainable | Denied, Field(discriminator="kind")], CoveredBy("A11.obstacle")
    ]
    need: Annotated[
        Literal["find_out_need", "arrange_or_carry_out", "secure_means_of_living"],
        CoveredBy("A11.need"),
    ]
    data_necessary: Annotated[Confirmed, CoveredBy("A11.data_necessary")]
    alternative: Annotated[
        Annotated[EvidentNeed | ChildsInterest | NecessaryInterests, Field(discriminator="kind")],
        CoveredBy("A11.alternative"),
    ]
    recipient: Annotated[
        Annotated[
            PublicReceiver | PrivateProviderReceiver | OtherPrivateReceiver,
            Field(discriminator="kind"),
        ],
        CoveredBy("A11.recipient"),
    ]

    @property
    def provision(self) -> str:
        """The provision to cite in the notice; it does not reveal the cause."""
        point = {"evident_need": 1, "childs_interest": 2, "necessary_interests": 3}
        limit = 2 if isinstance(self.recipient, PublicReceiver) else 3
        return f"703/2023 56 § 1 mom. {point[self.alternative.kind]} kohta ja {limit} mom."
