"""List the names under which files of several languages carry our fields; the first are the likeliest."""

from collections.abc import Mapping

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "number": (
        *(
            "number",
            "invoice number",
            "invoice no",
            "invoice",
            "invoice id",
            "document number",
            "document no",
            "doc id",
        ),
        *("doc no", "document id", "reference", "bill number", "voucher", "belegnummer", "beleg", "rechnungsnummer"),
        *("rechnung nr", "rechnung", "numer faktury", "nr faktury", "numer dokumentu", "faktura", "číslo faktúry"),
        *("číslo dokladu", "doklad", "číslo faktury", "numéro de facture", "facture", "n facture", "número de factura"),
        *("factura", "numero fattura", "fattura", "factuurnummer", "factuur", "belnr", "vbeln"),
    ),
    "debtor_ref": (
        *("debtor ref", "customer number", "customer no", "customer id", "cust number", "customer", "account number"),
        *("debtor number", "debtor id", "debtor no", "client number", "client id", "partner id", "debtor reference"),
        *("kundennummer", "kunden nr", "debitor", "debitorennummer", "kunde", "numer klienta", "nr klienta"),
        *(
            "kontrahent",
            "id kontrahenta",
            "kod kontrahenta",
            "číslo zákazníka",
            "zákazník id",
            "odberateľ",
            "odběratel",
        ),
        *("code client", "numéro client", "código cliente", "codice cliente", "klantnummer", "kunnr", "account"),
    ),
    "debtor_name": (
        *("debtor name", "customer name", "name customer", "name", "client name", "company name", "company", "debtor"),
        *("kundenname", "firma", "name des kunden", "debitorname", "nazwa klienta", "nazwa kontrahenta", "nazwa"),
        *("názov", "meno zákazníka", "názov zákazníka", "jméno zákazníka", "název", "nom du client", "raison sociale"),
        *("nombre cliente", "ragione sociale", "klantnaam", "name1"),
    ),
    "issue_date": (
        *("issue date", "invoice date", "document date", "posting date", "date", "bill date", "belegdatum"),
        *("rechnungsdatum", "buchungsdatum", "data wystawienia", "data faktury", "dátum vystavenia", "datum vystavení"),
        *("date de facture", "date facture", "fecha factura", "data fattura", "factuurdatum", "bldat", "budat"),
    ),
    "due_date": (
        *("due date", "due in date", "due", "payment due", "maturity date", "net due date", "fälligkeitsdatum"),
        *("fälligkeit", "fällig am", "fällig", "zahlbar bis", "termin płatności", "termin zapłaty", "dátum splatnosti"),
        *("splatnosť", "datum splatnosti", "splatnost", "échéance", "date d'échéance", "fecha de vencimiento"),
        *("vencimiento", "data scadenza", "scadenza", "vervaldatum"),
    ),
    "amount": (
        *("amount", "invoice amount", "total", "total amount", "gross amount", "gross", "total open amount", "betrag"),
        *("converted usd", "amount usd", "amount eur", "rechnungsbetrag", "bruttobetrag", "brutto", "kwota brutto"),
        *("kwota", "wartość brutto", "suma", "suma s dph", "celkom", "částka", "celkem", "montant", "montant ttc"),
        *("importe", "importo", "totale", "bedrag", "wrbtr", "value"),
    ),
    "open_amount": (
        *("open amount", "outstanding", "balance", "amount due", "outstanding amount", "remaining", "open balance"),
        *("offener betrag", "offen", "restbetrag", "saldo", "do zapłaty", "pozostało do zapłaty", "kwota pozostała"),
        *("zostáva uhradiť", "neuhradené", "zbývá uhradit", "neuhrazeno", "reste dû", "solde", "pendiente", "residuo"),
    ),
    "settled_date": (
        *("settled date", "clear date", "clearing date", "paid date", "payment date", "date paid", "closed date"),
        *("ausgleichsdatum", "zahlungsdatum", "bezahlt am", "data zapłaty", "data płatności", "dátum úhrady"),
        *("datum úhrady", "date de paiement", "fecha de pago", "data pagamento", "betaald op", "augdt"),
    ),
    "currency": (
        *("currency", "currency code", "invoice currency", "curr", "währung", "waluta", "mena", "měna", "devise"),
        *("moneda", "divisa", "valuta", "waers"),
    ),
    "disputed": (
        *("disputed", "dispute", "in dispute", "strittig", "reklamation", "sporna", "sporné", "reklamované", "litige"),
        *("en disputa", "contestato"),
    ),
    "kind": (
        *("kind", "document type", "doc type", "invoice type", "type", "credit note", "belegart", "typ dokumentu"),
        *("rodzaj dokumentu", "typ dokladu", "druh dokladu", "type de document", "tipo documento", "blart"),
    ),
    "debtor_type": ("debtor type", "customer type", "client type", "kundenart", "typ klienta", "typ zákazníka"),
    "tax_id": (
        *("tax id", "vat id", "vat number", "tax number", "ust id", "ustid", "steuernummer", "nip", "ič dph", "dič"),
        *("numéro de tva", "siren", "nif", "cif", "partita iva", "btw nummer", "stcd1"),
    ),
    "email": (
        "email",
        "e mail",
        "mail",
        "email address",
        "adres email",
        "courriel",
        "correo electrónico",
        "emailadres",
    ),
    "phone": ("phone", "telephone", "phone number", "mobile", "tel", "telefon", "telefón", "téléphone", "teléfono"),
    "street": (
        *("street", "address", "address line 1", "street address", "straße", "strasse", "adresse", "ulica", "adres"),
        *("ulice", "adresa", "rue", "calle", "dirección", "indirizzo", "straat", "stras"),
    ),
    "city": ("city", "town", "ort", "stadt", "miasto", "miejscowość", "mesto", "obec", "město", "ville", "ciudad"),
    "postcode": (
        *("postcode", "postal code", "zip", "zip code", "plz", "postleitzahl", "kod pocztowy", "psč", "code postal"),
        *("código postal", "cap", "pstlz"),
    ),
    "country": ("country", "country code", "land", "kraj", "krajina", "štát", "země", "stát", "pays", "país", "paese"),
    "language": ("language", "language code", "lang", "sprache", "język", "jazyk", "langue", "idioma", "lingua"),
    "segment": ("segment", "customer segment", "kundensegment", "customer group", "segment klienta"),
    "risk_rating": (
        "risk rating",
        "risk",
        "risk class",
        "rating",
        "credit rating",
        "bonität",
        "risikoklasse",
        "ryzyko",
    ),
    "product": ("product", "product code", "service", "produkt", "artikel", "produit", "producto", "prodotto"),
    "product_group": (
        "product group",
        "product category",
        "produktgruppe",
        "warengruppe",
        "grupa produktów",
        "business",
    ),
}
