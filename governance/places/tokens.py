import secrets
A="0123456789ABCDEFGHJKMNPQRSTVWXYZ"
def new_token(): return "".join(secrets.choice(A) for _ in range(8))
def shown(t): return t[:4]+"-"+t[4:]
def read_token(t): return t.upper().replace("-","")
