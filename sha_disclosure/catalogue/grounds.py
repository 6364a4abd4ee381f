"""The words of the rules on which ground goes with which recipient (N17-N24)."""

from __future__ import annotations

from sha_disclosure.catalogue.entry import RuleEntry

ENTRIES = (
    RuleEntry(
        "N17",
        "703/2023 3 § 10 kohta, 53 § 2-3 mom., 55 § 1 mom.",
        "A disclosure permission works inside social and health care: the recipient is a "
        "provider or an authority of either.",
        "Luovutuslupa koskee luovutusta sosiaali- ja terveydenhuollossa: luovutuksensaaja on "
        "sosiaali- tai terveydenhuollon palvelunantaja tai sosiaalihuollon viranomainen.",
        {
            "": (
                "A disclosure permission (luovutuslupa) covers disclosure between providers of "
                "social and health care only, and this recipient is outside them: give the "
                "recipient its right role if it is a provider, or use another ground, for "
                "example `consent`.",
                "Luovutuslupa koskee vain luovutusta sosiaali- ja terveydenhuollon "
                "palvelunantajien välillä, ja tämä luovutuksensaaja on niiden ulkopuolella: "
                "korjaa luovutuksensaajan rooli, jos se on palvelunantaja, tai käytä muuta "
                "perustetta, esimerkiksi suostumusta (`consent`).",
            ),
        },
    ),
    RuleEntry(
        "N18",
        "703/2023 3 § 10 kohta, 53 § 2-3 mom., 55 § 1 mom.",
        "Consent is the will expression for disclosure outside social and health care.",
        "Suostumus on tahdonilmaisu luovutukseen sosiaali- ja terveydenhuollon ulkopuolelle.",
        {
            "doubtful": (
                "Inside social and health care the client's will is a disclosure permission "
                "(luovutuslupa), and the client needs no consent for the client's own data: "
                "check whether the ground is `permission`, `information_request` or consent "
                "under another act.",
                "Sosiaali- ja terveydenhuollossa asiakkaan tahdonilmaisu on luovutuslupa, eikä "
                "asiakas tarvitse suostumusta omiin tietoihinsa: tarkista, onko peruste "
                "luovutuslupa (`permission`), tietopyyntö (`information_request`) vai muuhun "
                "lakiin perustuva suostumus.",
            ),
        },
    ),
    RuleEntry(
        "N19",
        "703/2023 53 §, 55 §",
        "53 § and 55 § give rights to providers and authorities of social and health care only, "
        "each subsection to its own.",
        "53 § ja 55 § antavat oikeuksia vain sosiaali- ja terveydenhuollon palvelunantajille ja "
        "sosiaalihuollon viranomaiselle, kukin momentti omilleen.",
        {
            "": (
                "The provision you cite ({expected}) gives no right to a recipient of this kind: "
                "53 § 2 and 5 mom. and 55 § concern recipients in social welfare, 53 § 3 and 6 "
                "mom. recipients in health care. Correct the recipient's role or the provision.",
                "Ilmoitettu säännös ({expected}) ei anna oikeutta tällaiselle "
                "luovutuksensaajalle: 53 §:n 2 ja 5 momentti sekä 55 § koskevat sosiaalihuoltoa, "
                "53 §:n 3 ja 6 momentti terveydenhuoltoa. Korjaa luovutuksensaajan rooli tai "
                "säännös.",
            ),
            "conditions": (
                "You cite a right of 55 § 2 mom. as a mere provision: use the ground "
                "`broad_right` or `authority_right`, which also records that its conditions were "
                "met.",
                "55 §:n 2 momentin oikeus on ilmoitettu pelkkänä säännöksenä: käytä perustetta "
                "laaja tiedonsaantioikeus (`broad_right`) tai viranomaisen tiedonsaantioikeus "
                "(`authority_right`), jolloin myös edellytysten täyttyminen kirjataan.",
            ),
        },
    ),
    RuleEntry(
        "N20",
        "703/2023 56 §",
        "56 § allows disclosure to secure care to public providers and authorities; to private "
        "providers the necessary data for immediate care; to other private persons and bodies "
        "only what is necessary to find out the client's will or need or to carry out a measure.",
        "56 §:n nojalla hoidon ja huollon turvaamiseksi saa luovuttaa julkiselle "
        "palvelunantajalle ja viranomaiselle; yksityiselle palvelunantajalle välittömän hoidon "
        "välttämättömät tiedot; muulle yksityiselle vain, jos se on välttämätöntä asiakkaan "
        "tahdon tai sosiaalihuollon tarpeen selvittämiseksi tai toimenpiteen toteuttamiseksi.",
        {
            "": (
                "56 § is about giving the client's data to others to secure the client's care, "
                "not to the client: cite the provision the client's own right rests on, for "
                "example as `information_request`.",
                "56 § koskee tietojen luovuttamista muille asiakkaan hoidon ja huollon "
                "turvaamiseksi, ei asiakkaalle itselleen: ilmoita säännös, johon asiakkaan oma "
                "oikeus perustuu, esimerkiksi tietopyyntönä (`information_request`).",
            ),
            "necessity": (
                "To a private person or body 56 § allows only what is necessary to find out the "
                "client's will or need for social welfare or to carry out a measure (3 mom.): "
                "cite 56 § 3 mom., or state the necessity in `purpose`; otherwise use another "
                "ground.",
                "Muulle yksityiselle henkilölle tai yhteisölle 56 § sallii vain sen, mikä on "
                "välttämätöntä asiakkaan tahdon tai sosiaalihuollon tarpeen selvittämiseksi tai "
                "sosiaalihuollon toimenpiteen toteuttamiseksi (3 mom.): ilmoita 56 §:n 3 "
                "momentti tai kerro välttämättömyys kohdassa `purpose`; muuten käytä muuta "
                "perustetta.",
            ),
            "doubtful": (
                "The subsection you cite ({expected}) is not the one for a recipient of this "
                "kind: 56 § 2 mom. concerns public providers, those who act for them, and "
                "authorities; 3 mom. private ones. Check the subsection.",
                "Ilmoitettu momentti ({expected}) ei koske tällaista luovutuksensaajaa: 56 §:n 2 "
                "momentti koskee julkisia palvelunantajia, niiden lukuun toimivia ja "
                "viranomaisia, 3 momentti yksityisiä. Tarkista momentti.",
            ),
        },
    ),
    RuleEntry(
        "N21",
        "703/2023 62 §",
        "62 § (assessing a threat and preventing a threatening act) allows disclosure to the "
        "police only.",
        "62 §:n nojalla (uhkan arviointi ja uhkaavan teon estäminen) tietoja saa ilmoittaa vain "
        "poliisille.",
        {
            "": (
                "62 § allows telling the police only: if the recipient is the police, give it "
                "the role `other_authority`; otherwise cite another provision.",
                "62 §:n nojalla tietoja saa ilmoittaa vain poliisille: jos luovutuksensaaja on "
                "poliisi, anna sille rooli `other_authority`; muuten ilmoita toinen säännös.",
            ),
            "doubtful": (
                "62 § allows telling the police only, and the recipient's name does not say "
                "police: check the recipient and the provision.",
                "62 §:n nojalla tietoja saa ilmoittaa vain poliisille, eikä luovutuksensaajan "
                "nimestä näy, että se on poliisi: tarkista luovutuksensaaja ja säännös.",
            ),
        },
    ),
    RuleEntry(
        "N22",
        "703/2023 63 §",
        "63 § allows disclosure to courts and authorities (1 mom.), to police, prosecutor and "
        "court on a crime (2-3 mom.), and by a public provider to verify information (4 mom.); "
        "never to the client.",
        "63 §:n nojalla saa luovuttaa tuomioistuimelle ja viranomaiselle (1 mom.), poliisille, "
        "syyttäjälle ja tuomioistuimelle rikosasiassa (2-3 mom.) sekä julkinen palvelunantaja "
        "tietojen tarkistamiseksi (4 mom.); ei koskaan asiakkaalle.",
        {
            "": (
                "The provision you cite ({expected}) gives no right to disclose to a recipient "
                "of this kind: a court, the police, a prosecutor or another authority has the "
                "role `other_authority`. Correct the role or the provision.",
                "Ilmoitettu säännös ({expected}) ei anna oikeutta luovuttaa tällaiselle "
                "luovutuksensaajalle: tuomioistuimen, poliisin, syyttäjän ja muun viranomaisen "
                "rooli on `other_authority`. Korjaa rooli tai säännös.",
            ),
            "doubtful": (
                "The provision you cite ({expected}) is rarely right for a recipient of this "
                "kind: check the recipient's role and the subsection.",
                "Ilmoitettu säännös ({expected}) sopii harvoin tällaiselle luovutuksensaajalle: "
                "tarkista luovutuksensaajan rooli ja momentti.",
            ),
        },
    ),
    RuleEntry(
        "N23",
        "703/2023 49 §, 50 §, 52 §",
        "49 § and 50 § concern legal representatives, close persons and those who act for the "
        "client; 52 § whoever needs the data after the client's death.",
        "49 § ja 50 § koskevat laillista edustajaa, läheistä ja asiakkaan puolesta asioivaa, 52 "
        "§ sitä, joka tarvitsee tietoja asiakkaan kuoleman jälkeen.",
        {
            "": (
                "The provision you cite ({expected}) is about giving the data to someone else "
                "than the client: correct the recipient, or cite what the client's own right "
                "rests on, for example (EU) 2016/679 article 15.",
                "Ilmoitettu säännös ({expected}) koskee tietojen antamista muulle kuin "
                "asiakkaalle: korjaa luovutuksensaaja tai ilmoita säännös, johon asiakkaan oma "
                "oikeus perustuu, esimerkiksi tietosuoja-asetuksen (EU) 2016/679 15 artikla.",
            ),
            "doubtful": (
                "The provision you cite ({expected}) concerns legal representatives, close "
                "persons and those who act for the client: check the recipient and the "
                "provision.",
                "Ilmoitettu säännös ({expected}) koskee laillista edustajaa, läheistä ja "
                "asiakkaan puolesta asioivaa: tarkista luovutuksensaaja ja säännös.",
            ),
        },
    ),
    RuleEntry(
        "N24",
        "703/2023 8 luku, 70 §, 76 §",
        "The provision cited is one that gives a right to disclose social welfare client data "
        "past Kanta.",
        "Ilmoitettu säännös on sellainen, jonka nojalla sosiaalihuollon asiakastietoja saa "
        "luovuttaa Kanta-palvelujen ohi.",
        {
            "doubtful": (
                "The provision you cite ({expected}) gives no right to disclose social welfare "
                "client data: cite the one that does.",
                "Ilmoitettu säännös ({expected}) ei anna oikeutta luovuttaa sosiaalihuollon "
                "asiakastietoja: ilmoita se säännös, joka antaa.",
            ),
            "subsection": (
                "The provision you cite ({expected}) does not have this subsection: correct the "
                "citation.",
                "Ilmoitetulla pykälällä ({expected}) ei ole tätä momenttia: korjaa viittaus.",
            ),
            "acquisition": (
                "39 § and 64 § are about data a social welfare authority obtains, not about data "
                "it discloses: an acquisition needs no disclosure notice, a disclosure needs "
                "another provision.",
                "39 § ja 64 § koskevat tietoja, jotka sosiaalihuolto saa, eivät tietoja, jotka "
                "se luovuttaa: tietojen saamisesta ei tehdä luovutusilmoitusta, ja luovutus "
                "tarvitsee toisen säännöksen.",
            ),
            "through_kanta": (
                "76 § is about documents relayed through Kanta (kysely- ja välityspalvelu), of "
                "which Kela keeps the log: check whether a notice is needed at all.",
                "76 § koskee kysely- ja välityspalvelun kautta välitettäviä asiakirjoja, joiden "
                "luovutuslokin Kela kerää: tarkista, tarvitaanko luovutusilmoitusta lainkaan.",
            ),
        },
    ),
)
