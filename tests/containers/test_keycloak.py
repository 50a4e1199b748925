"""The profile keycloak of compose/docker-compose.yml: a real Keycloak has the realm of the file and signs a user in.

The tests stand in the order of a day and lean on each other's stack. Accounts are made here, with random passwords.
"""

import base64
import hashlib
import html
import json
import re
import secrets
import time
from urllib.parse import parse_qs, urlsplit

import jwt
import requests
from stack import CHECKOUT, docker, wait_until

REALM = json.loads((CHECKOUT / "compose/keycloak/records-realm.json").read_text())
(CLIENT,) = REALM["clients"]
FRONTEND = "http://127.0.0.1:8080"
# What Keycloak gives every realm beside the roles of the file.
OWN_ROLES = {"default-roles-records", "offline_access", "uma_authorization"}
USER = {"username": "ada", "firstName": "Ada", "lastName": "Lovelace", "email": "ada@records.example", "enabled": True}
PASSWORD = secrets.token_urlsafe()


def url(stack, path=f"/realms/{REALM['realm']}"):
    return f"http://127.0.0.1:{stack.ports['KEYCLOAK_PORT']}{path}"


def discovery(stack):
    """What the realm says of itself, or nothing yet."""
    try:
        answer = requests.get(url(stack) + "/.well-known/openid-configuration", timeout=10)
    except requests.RequestException:
        return None
    return answer.json() if answer.ok else None


def start(stack, *options):
    """Starts it and waits until it is ready and said to be healthy; the seconds that took."""
    begun = time.monotonic()
    stack.compose("up", "--detach", *options, "keycloak")
    try:
        wait_until(lambda: discovery(stack), 300, "the realm")
        wait_until(lambda: stack.state("keycloak")["Health"]["Status"] == "healthy", 30, "a healthy Keycloak")
    except AssertionError:
        print(stack.state("keycloak"), stack.compose("logs", "--tail=30", "keycloak", check=False))
        raise
    return time.monotonic() - begun


class Administrator:
    """Who the settings of the compose file name, at the REST interface of the realm."""

    def __init__(self, stack):
        self._realm = url(stack, f"/admin/realms/{REALM['realm']}")
        form = {"grant_type": "password", "client_id": "admin-cli", "username": "admin"}
        form["password"] = stack.settings["KEYCLOAK_ADMIN_PASSWORD"]
        answer = requests.post(url(stack, "/realms/master/protocol/openid-connect/token"), form, timeout=30)
        assert answer.ok, answer.text
        self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def get(self, path="", **query):
        answer = requests.get(self._realm + path, params=query, headers=self._headers, timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def post(self, path, body):
        """Where what was made is, if anything was."""
        answer = requests.post(self._realm + path, json=body, headers=self._headers, timeout=30)
        assert answer.ok, answer.text
        return answer.headers.get("Location", "").removeprefix(self._realm)


def authorization(stack, **more):
    """The question that the frontend would open in the browser."""
    query = {"response_type": "code", "client_id": CLIENT["clientId"], "redirect_uri": f"{FRONTEND}/app/"}
    return {"url": discovery(stack)["authorization_endpoint"], "params": query | {"scope": "openid"} | more}


def told(answer):
    """What an answer tells the frontend by the address that it sends the browser to."""
    address = answer.headers.get("Location", "")
    shown = re.sub(r"<(script|style).*?</\1>|<[^>]*>|\s+", " ", answer.text, flags=re.DOTALL).split()
    assert address.startswith(f"{FRONTEND}/app/?"), (answer.status_code, address, " ".join(shown))
    return {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}


def code(stack, verifier):
    """Signs the user in on Keycloak's page, as a browser does, and takes the code home."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    state = secrets.token_urlsafe()
    question = authorization(stack, state=state, code_challenge=challenge, code_challenge_method="S256")
    with requests.Session() as browser:
        page = browser.get(**question, timeout=30)
        # Browsers send secure cookies to 127.0.0.1 without TLS, too.
        for cookie in browser.cookies:
            cookie.secure = False
        action = html.unescape(re.search(r'<form [^>]*action="([^"]+)"', page.text)[1])
        form = {"username": USER["username"], "password": PASSWORD}
        home = told(browser.post(action, form, allow_redirects=False, timeout=30))
    assert (home["state"], home["iss"]) == (state, url(stack))
    return home["code"]


def ask_token(stack, **form):
    headers = {"Origin": FRONTEND}
    form["client_id"] = CLIENT["clientId"]
    return requests.post(discovery(stack)["token_endpoint"], form, headers=headers, timeout=30)


def sign_in(stack):
    verifier = secrets.token_urlsafe(48)
    form = {"code": code(stack, verifier), "code_verifier": verifier, "redirect_uri": f"{FRONTEND}/app/"}
    answer = ask_token(stack, grant_type="authorization_code", **form)
    assert answer.ok, answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == FRONTEND
    return answer.json()


def keys(stack):
    """The realm's keys for signatures, by their ids."""
    found = requests.get(discovery(stack)["jwks_uri"], timeout=30).json()["keys"]
    return {key["kid"]: key for key in found if key["use"] == "sig"}


def claims(stack, token, audience):
    """Of a token that the realm has signed for this audience."""
    header = jwt.get_unverified_header(token)
    key = jwt.PyJWK(keys(stack)[header["kid"]])
    return jwt.decode(token, key, algorithms=["RS256"], issuer=url(stack), audience=audience)


def test_it_becomes_healthy(keycloak, say):
    say(f"healthy {start(keycloak):.1f} s after `up`")
    say(docker("stats", "--no-stream", "--format={{.MemUsage}}", keycloak.container("keycloak")).strip())


def test_the_realm_says_who_it_is_and_has_a_key(keycloak):
    said = discovery(keycloak)
    assert said["issuer"] == url(keycloak)
    assert "S256" in said["code_challenge_methods_supported"]
    assert [(key["kty"], key["alg"]) for key in keys(keycloak).values()] == [("RSA", "RS256")]


def test_the_realm_is_that_of_the_file(keycloak):
    admin = Administrator(keycloak)
    realm = admin.get()
    settings = {name: value for name, value in REALM.items() if name not in ("roles", "clients")}
    assert {name: realm[name] for name in settings} == settings
    roles = {role["name"]: role["description"] for role in admin.get("/roles") if role["name"] not in OWN_ROLES}
    assert roles == {role["name"]: role["description"] for role in REALM["roles"]["realm"]}
    (client,) = admin.get("/clients", clientId=CLIENT["clientId"])
    assert client["attributes"].items() >= CLIENT["attributes"].items()
    for name in CLIENT.keys() - {"attributes"}:
        same = sorted if isinstance(CLIENT[name], list) else lambda value: value
        assert same(client[name]) == same(CLIENT[name]), name
    assert admin.get("/users") == []


def test_a_user_signs_in_and_the_token_carries_the_role(keycloak):
    admin = Administrator(keycloak)
    password = {"type": "password", "value": PASSWORD, "temporary": False}
    user = admin.post("/users", USER | {"credentials": [password]})
    admin.post(f"{user}/role-mappings/realm", [admin.get("/roles/editor")])
    tokens = sign_in(keycloak)
    access = claims(keycloak, tokens["access_token"], "account")
    assert (access["azp"], access["preferred_username"]) == (CLIENT["clientId"], USER["username"])
    assert set(access["realm_access"]["roles"]) == {"editor"} | OWN_ROLES
    identity = claims(keycloak, tokens["id_token"], CLIENT["clientId"])
    assert (identity["sub"], identity["email"]) == (access["sub"], USER["email"])


def test_nothing_but_the_code_with_its_verifier_is_taken(keycloak):
    asked = requests.get(**authorization(keycloak), allow_redirects=False, timeout=30)
    assert told(asked)["error"] == "invalid_request"
    elsewhere = authorization(keycloak, redirect_uri="http://127.0.0.1:8081/app/")
    assert requests.get(**elsewhere, allow_redirects=False, timeout=30).status_code == 400
    taken = {"code": code(keycloak, secrets.token_urlsafe(48)), "code_verifier": secrets.token_urlsafe(48)}
    refused = ask_token(keycloak, grant_type="authorization_code", redirect_uri=f"{FRONTEND}/app/", **taken)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    refused = ask_token(keycloak, grant_type="password", username=USER["username"], password=PASSWORD)
    assert (refused.status_code, refused.json()["error"]) == (400, "unauthorized_client")


def test_another_container_on_its_volume_knows_the_user(keycloak, say):
    before = keycloak.container("keycloak"), keys(keycloak)
    say(f"healthy {start(keycloak, '--force-recreate'):.1f} s after `up`")
    assert keycloak.container("keycloak") != before[0] and keys(keycloak) == before[1]
    (user,) = Administrator(keycloak).get("/users")
    assert {name: user[name] for name in USER} == USER
    access = claims(keycloak, sign_in(keycloak)["access_token"], "account")
    assert "editor" in access["realm_access"]["roles"] and access["sub"] == user["id"]
