"""What is written on, wrapped with, or stuck."""

MOTIFS: dict[str, str] = {
    "card": (
        '<path d="M66 176h268v154H66z" fill="{d}"/>'
        '<path d="M66 176l134 96 134-96" fill="none" stroke="{p}" stroke-width="7"/>'
        '<g transform="rotate(-6 200 160)"><rect x="112" y="58" width="176" height="200" rx="8" fill="{f}"/>'
        '<rect x="132" y="78" width="136" height="160" rx="4" fill="#fffdf7"/>'
        '<path d="M200 196c-40-26-50-42-50-56 0-24 34-30 50-6 16-24 50-18 50 6 0 14-10 30-50 56z" fill="{a}"/>'
        '<path d="M164 214h72" stroke="{d}" stroke-width="7" stroke-linecap="round"/></g>'
        '<path d="M66 250l110 80H66zM334 250l-110 80h110z" fill="{m}"/>'
        '<path d="M66 330l134-92 134 92z" fill="{m}"/>'
    ),
    "wrap": (
        '<g transform="rotate(-24 200 200)"><rect x="52" y="156" width="296" height="92" fill="{f}"/>'
        '<ellipse cx="348" cy="202" rx="20" ry="46" fill="{p}"/>'
        '<ellipse cx="348" cy="202" rx="10" ry="24" fill="{d}" opacity=".5"/>'
        '<ellipse cx="52" cy="202" rx="20" ry="46" fill="{m}"/><path d="M186 156h30v92h-30z" fill="{a}"/>'
        '<path d="M200 156c-60-10-60-56-32-56 22 0 30 30 32 56 2-26 10-56 32-56 28 0 28 46-32 56z" fill="none" '
        'stroke="{a}" stroke-width="12"/>'
        '</g><path d="M70 318h90l-20 12H60z" fill="{d}" opacity=".2"/>'
    ),
    "tissues": (
        '<path d="M128 176c-10-60 30-60 34-104 30 20 56-2 84 8-6 40 40 44 26 96z" fill="#fffdf7"/>'
        '<path d="M178 170c-4-40 18-50 22-84M226 170c10-30-4-54 4-84" fill="none" stroke="{d}" stroke-width="5" '
        'opacity=".25"/>'
        '<rect x="72" y="168" width="256" height="162" rx="16" fill="{f}"/>'
        '<ellipse cx="200" cy="174" rx="90" ry="15" fill="{d}"/>'
        '<path d="M128 174c20 10 124 10 144 0l-6-12H134z" fill="#fffdf7"/>'
        '<path d="M150 236h100v50H150z" fill="{p}"/>'
        '<path d="M168 261h64" stroke="{a}" stroke-width="9" stroke-linecap="round"/>'
    ),
    "napkins": (
        '<g transform="rotate(-8 200 210)"><rect x="82" y="92" width="220" height="220" rx="6" fill="{d}"/>'
        '<rect x="92" y="86" width="220" height="220" rx="6" fill="{p}"/>'
        '<rect x="100" y="78" width="220" height="220" rx="6" fill="{f}"/>'
        '<path d="M100 298h220L100 78z" fill="{d}" opacity=".2"/></g>'
        '<path d="M60 216h280v36H60z" fill="{a}" opacity=".9"/><path d="M176 206h48v56h-48z" fill="{p}"/>'
    ),
    "doily": (
        '<circle cx="200" cy="200" r="122" fill="{p}" stroke="{m}" stroke-width="26" stroke-dasharray="26 12" '
        'stroke-linecap="round"/>'
        '<circle cx="200" cy="200" r="118" fill="#fffdf7"/>'
        '<circle cx="200" cy="200" r="84" fill="none" stroke="{m}" stroke-width="18" stroke-dasharray="1 25.4" '
        'stroke-linecap="round"/>'
        '<circle cx="200" cy="200" r="60" fill="{f}"/>'
        '<circle cx="200" cy="200" r="104" fill="none" stroke="{d}" stroke-width="5" opacity=".35"/>'
    ),
    "ribbon": (
        '<path d="M196 196L120 330l44-10 24 30 34-140zM204 196l76 134-44-10-24 30-34-140z" fill="{d}"/>'
        '<path d="M200 186C96 90 44 134 62 190c16 46 92 40 138-4zM200 186c104-96 156-52 138 4-16 46-92 '
        '40-138-4z" fill="{f}"/>'
        '<path d="M200 186c-50-30-90-30-104-4M200 186c50-30 90-30 104-4" fill="none" stroke="{d}" '
        'stroke-width="7" stroke-linecap="round" opacity=".5"/>'
        '<rect x="172" y="156" width="56" height="62" rx="20" fill="{a}"/>'
    ),
    "reel": (
        '<path d="M252 272c50 6 60 40 110 30" fill="none" stroke="{m}" stroke-width="26"/>'
        '<circle cx="190" cy="200" r="126" fill="{d}"/><circle cx="190" cy="196" r="122" fill="{f}"/>'
        '<circle cx="190" cy="196" r="66" fill="{p}"/><circle cx="190" cy="196" r="40" fill="{d}"/>'
        '<circle cx="190" cy="196" r="26" fill="{a}"/>'
        '<path d="M102 176c8-30 26-52 50-64" fill="none" stroke="#fff" stroke-width="11" stroke-linecap="round" '
        'opacity=".5"/>'
    ),
    "pencils": (
        '<path d="M132 96l18-44 18 44zM182 84l18-48 18 48zM232 96l18-44 18 44z" fill="#f3d3aa"/>'
        '<path d="M144 66l6-14 6 14zM194 52l6-16 6 16zM244 66l6-14 6 14z" fill="#3b3436"/>'
        '<path d="M132 94h36v120h-36z" fill="{m}"/><path d="M182 82h36v130h-36z" fill="{a}"/>'
        '<path d="M232 94h36v120h-36z" fill="{d}"/><path d="M110 190h180v116c0 34-180 34-180 0z" fill="{f}"/>'
        '<ellipse cx="200" cy="192" rx="90" ry="17" fill="{d}" opacity=".55"/>'
        '<path d="M110 192c20 22 160 22 180 0v22c-20 20-160 20-180 0z" fill="{d}"/>'
        '<path d="M132 238v60" stroke="#fff" stroke-width="10" stroke-linecap="round" opacity=".5"/>'
    ),
    "pen": (
        '<g transform="rotate(38 200 200)"><path d="M176 300h48l-18 44h-12z" fill="#d9c9a8"/>'
        '<path d="M192 334h16l-8 18z" fill="#3b3436"/>'
        '<rect x="172" y="78" width="56" height="226" rx="10" fill="{f}"/>'
        '<path d="M172 132h56v16h-56z" fill="{d}"/>'
        '<rect x="172" y="46" width="56" height="48" rx="18" fill="{a}"/>'
        '<path d="M228 96h16v92" fill="none" stroke="{d}" stroke-width="10" stroke-linecap="round"/></g>'
        '<path d="M62 322c30-30 44 22 74-6" fill="none" stroke="{d}" stroke-width="8" stroke-linecap="round"/>'
    ),
    "notebook": (
        '<rect x="104" y="62" width="212" height="268" rx="14" fill="{d}"/>'
        '<rect x="96" y="56" width="212" height="268" rx="14" fill="{f}"/>'
        '<path d="M96 56h40v268H110a14 14 0 0 1-14-14z" fill="{d}" opacity=".45"/>'
        '<rect x="166" y="110" width="110" height="70" rx="8" fill="#fffdf7"/>'
        '<path d="M184 134h74M184 156h46" stroke="{d}" stroke-width="7" stroke-linecap="round"/>'
        '<path d="M276 56h18v268h-18z" fill="{a}"/>'
    ),
    "tape": (
        '<path d="M236 296h110l10 10-10 10 10 10-10 6H236z" fill="{m}"/>'
        '<circle cx="190" cy="206" r="124" fill="{d}"/><circle cx="190" cy="202" r="120" fill="{f}"/>'
        '<circle cx="190" cy="202" r="74" fill="{d}"/><circle cx="190" cy="206" r="66" fill="{p}"/>'
        '<path d="M104 190c4-36 22-62 50-76" fill="none" stroke="#fff" stroke-width="12" stroke-linecap="round" '
        'opacity=".5"/>'
    ),
    "sticker": (
        '<g transform="rotate(8 200 200)"><path d="M74 70h192l60 60v200H74z" fill="{f}"/>'
        '<path d="M266 70v60h60z" fill="{d}"/><circle cx="150" cy="150" r="38" fill="{a}"/>'
        '<path d="M250 178c-34-22-44-36-44-48 0-20 30-26 44-6 14-20 44-14 44 6 0 12-10 26-44 48z" fill="{p}"/>'
        '<path d="M150 218l16 34 38 5-28 26 7 37-33-18-33 18 7-37-28-26 38-5z" fill="{p}"/>'
        '<circle cx="256" cy="262" r="40" fill="{a}"/>'
        '<path d="M240 258v-6M272 258v-6M240 274q16 14 32 0" fill="none" stroke="{d}" stroke-width="6" '
        'stroke-linecap="round"/>'
        "</g>"
    ),
    "tag": (
        '<path d="M198 98C170 40 120 60 96 30" fill="none" stroke="{d}" stroke-width="6"/>'
        '<path d="M200 74l92 66v172a18 18 0 0 1-18 18H126a18 18 0 0 1-18-18V140z" fill="{f}"/>'
        '<circle cx="200" cy="128" r="18" fill="{d}"/><circle cx="200" cy="128" r="9" fill="{p}"/>'
        '<rect x="138" y="184" width="124" height="106" rx="8" fill="#fffdf7"/>'
        '<path d="M200 270c-34-22-42-34-42-46 0-20 28-26 42-6 14-20 42-14 42 6 0 12-8 24-42 46z" fill="{a}"/>'
    ),
    "balloon": (
        '<path d="M140 216c-6 60 36 70 50 130M262 206c0 70-50 80-62 140" fill="none" stroke="{d}" '
        'stroke-width="5"/>'
        '<ellipse cx="262" cy="132" rx="66" ry="78" fill="{a}"/><path d="M262 208l-12 18h24z" fill="{a}"/>'
        '<ellipse cx="142" cy="136" rx="74" ry="86" fill="{f}"/><path d="M142 218l-13 20h26z" fill="{m}"/>'
        '<path d="M98 124c2-26 14-42 30-48M226 112c4-16 12-26 22-30" fill="none" stroke="#fff" stroke-width="10" '
        'stroke-linecap="round" opacity=".6"/>'
    ),
    "honeycomb": (
        '<path d="M200 0v74" stroke="{d}" stroke-width="5"/>'
        '<path d="M200 70c90 0 128 70 128 130s-38 130-128 130S72 260 72 200 110 70 200 70z" fill="{f}"/>'
        '<path d="M200 70c-150 60-150 200 0 260M200 70c150 60 150 200 0 260M200 70c-70 60-70 200 0 260M200 70c70 '
        '60 70 200 0 260M200 70v260" fill="none" stroke="{d}" stroke-width="4" opacity=".45"/>'
        '<path d="M180 62h40v14h-40zM180 324h40v14h-40z" fill="{a}"/>'
    ),
    "parasol": (
        '<path d="M200 92v240" stroke="#b98a5a" stroke-width="9" stroke-linecap="round"/>'
        '<path d="M56 196L200 72l144 124c-20-16-36-16-48 0-16-18-34-18-48 0-16-16-32-16-48 0-16-16-32-16-48 '
        '0-14-18-32-18-48 0-12-16-28-16-48 0z" fill="{f}"/>'
        '<path d="M200 72l-48 124M200 72l48 124M200 72v124" stroke="{d}" stroke-width="5" opacity=".5"/>'
        '<circle cx="200" cy="70" r="11" fill="{a}"/>'
    ),
    "paint": (
        '<path d="M200 82c84 0 144 50 144 116 0 46-38 52-74 48-36-4-50 14-38 40 12 28-4 44-32 44-84 '
        '0-144-56-144-126S116 82 200 82z" fill="#ecd3ae"/>'
        '<g><circle cx="124" cy="182" r="23" fill="{m}"/><circle cx="168" cy="130" r="23" fill="{a}"/>'
        '<circle cx="236" cy="128" r="23" fill="{d}"/><circle cx="288" cy="176" r="23" fill="#eebf4d"/>'
        '<circle cx="128" cy="246" r="23" fill="#6fa46f"/></g>'
        '<path d="M220 300L340 74" stroke="#8a5a3c" stroke-width="13" stroke-linecap="round"/>'
        '<path d="M204 330c-4-26 8-40 22-46l16 9c2 18-14 36-38 37z" fill="{m}"/>'
    ),
    "calculator": (
        '<rect x="104" y="60" width="192" height="270" rx="22" fill="{f}"/>'
        '<rect x="126" y="86" width="148" height="54" rx="8" fill="#dce8dc"/>'
        '<g fill="{p}" stroke="{d}" stroke-width="3"><rect x="126" y="160" width="40" height="40" rx="8"/>'
        '<rect x="180" y="160" width="40" height="40" rx="8"/>'
        '<rect x="234" y="160" width="40" height="40" rx="8"/>'
        '<rect x="126" y="212" width="40" height="40" rx="8"/>'
        '<rect x="180" y="212" width="40" height="40" rx="8"/>'
        '<rect x="126" y="264" width="40" height="40" rx="8"/>'
        '<rect x="180" y="264" width="40" height="40" rx="8"/></g>'
        '<rect x="234" y="212" width="40" height="92" rx="8" fill="{a}"/>'
    ),
}
