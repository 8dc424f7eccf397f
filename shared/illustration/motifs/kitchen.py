"""What stands on a table or in a kitchen."""

MOTIFS: dict[str, str] = {
    "mug": (
        '<path d="M278 168h16a40 40 0 0 1 0 96h-20" fill="none" stroke="{d}" stroke-width="18"/>'
        '<path d="M112 128h176v160a42 42 0 0 1-42 42h-92a42 42 0 0 1-42-42z" fill="{f}"/>'
        '<ellipse cx="200" cy="128" rx="88" ry="18" fill="{d}"/>'
        '<ellipse cx="200" cy="132" rx="74" ry="12" fill="#6b4636"/>'
        '<path d="M132 172v104" stroke="#fff" stroke-width="12" stroke-linecap="round" opacity=".45"/>'
        '<path d="M178 96c-12-16 12-24 0-42M220 96c-12-16 12-24 0-42" fill="none" stroke="{d}" stroke-width="8" '
        'stroke-linecap="round" opacity=".35"/>'
    ),
    "teacup": (
        '<path d="M282 190h10a30 30 0 0 1-8 62h-22" fill="none" stroke="{a}" stroke-width="12"/>'
        '<ellipse cx="200" cy="312" rx="134" ry="20" fill="{d}"/>'
        '<ellipse cx="200" cy="306" rx="134" ry="19" fill="{p}"/>'
        '<ellipse cx="200" cy="304" rx="70" ry="9" fill="{d}" opacity=".4"/>'
        '<path d="M108 166h184c0 80-36 138-72 138h-40c-36 0-72-58-72-138z" fill="{f}"/>'
        '<ellipse cx="200" cy="166" rx="92" ry="18" fill="{d}"/>'
        '<ellipse cx="200" cy="170" rx="78" ry="12" fill="#a8653f"/>'
        '<path d="M132 196c6 36 16 56 28 72" fill="none" stroke="#fff" stroke-width="10" stroke-linecap="round" '
        'opacity=".5"/>'
    ),
    "teapot": (
        '<path d="M286 190h14a34 34 0 0 1 0 78h-20" fill="none" stroke="{d}" stroke-width="16"/>'
        '<path d="M124 262C76 256 92 190 52 184l26-12c36 0 34 40 60 34z" fill="{d}"/>'
        '<path d="M100 240c0-64 40-98 100-98s100 34 100 98c0 50-36 88-60 88h-80c-24 0-60-38-60-88z" fill="{f}"/>'
        '<path d="M138 152c16-30 108-30 124 0z" fill="{d}"/><circle cx="200" cy="118" r="15" fill="{a}"/>'
        '<path d="M128 212c6-22 18-34 34-40" fill="none" stroke="#fff" stroke-width="11" stroke-linecap="round" '
        'opacity=".5"/>'
    ),
    "bowl": (
        '<ellipse cx="200" cy="186" rx="128" ry="26" fill="{d}"/>'
        '<ellipse cx="200" cy="190" rx="112" ry="18" fill="{p}"/>'
        '<path d="M72 186c0 92 52 136 96 142h64c44-6 96-50 96-142-10 34-246 34-256 0z" fill="{f}"/>'
        '<path d="M96 232c8 28 20 46 38 60" fill="none" stroke="#fff" stroke-width="12" stroke-linecap="round" '
        'opacity=".45"/>'
    ),
    "plate": (
        '<circle cx="200" cy="200" r="132" fill="{d}"/><circle cx="200" cy="196" r="132" fill="{f}"/>'
        '<circle cx="200" cy="198" r="84" fill="{d}" opacity=".35"/><circle cx="200" cy="202" r="82" fill="{p}"/>'
        '<path d="M150 174a58 58 0 0 1 46-30" fill="none" stroke="#fff" stroke-width="10" stroke-linecap="round" '
        'opacity=".8"/>'
    ),
    "cake": (
        '<path d="M122 216h156l-24 114H146z" fill="{f}"/>'
        '<path d="M150 220l10 108M182 220l4 108M218 220l-4 108M250 220l-10 108" stroke="{d}" stroke-width="4" '
        'opacity=".35"/>'
        '<path d="M106 216c-10-30 22-42 32-46-4-36 26-52 62-52s66 16 62 52c10 4 42 16 32 46-4 14-184 14-188 0z" '
        'fill="{p}" stroke="{d}" stroke-opacity=".35" stroke-width="4"/>'
        '<path d="M138 170c34 16 84 18 124 0M124 204c44 14 110 14 154-2" fill="none" stroke="{m}" '
        'stroke-width="8" stroke-linecap="round" opacity=".6"/>'
        '<circle cx="200" cy="102" r="20" fill="{a}"/>'
        '<path d="M200 84q4-20 22-24" fill="none" stroke="{d}" stroke-width="5" stroke-linecap="round"/>'
    ),
    "cakestand": (
        '<path d="M190 236h20l10 74h-40z" fill="{d}"/><ellipse cx="200" cy="318" rx="66" ry="13" fill="{d}"/>'
        '<ellipse cx="200" cy="240" rx="136" ry="18" fill="{d}"/>'
        '<ellipse cx="200" cy="234" rx="136" ry="17" fill="{f}"/>'
        '<path d="M112 154h176v70c0 14-176 14-176 0z" fill="{a}"/>'
        '<path d="M112 154c0-26 176-26 176 0 0 8-6 26-18 26s-14-12-28-12-14 22-30 22-16-22-30-22-16 16-30 '
        '16-14-16-26-16-14-8-14-14z" fill="{p}"/>'
        '<circle cx="200" cy="124" r="15" fill="{d}"/>'
    ),
    "tin": (
        '<path d="M104 152h192v148c0 40-192 40-192 0z" fill="{f}"/>'
        '<ellipse cx="200" cy="148" rx="102" ry="28" fill="{d}"/>'
        '<path d="M98 128h204v20c0 38-204 38-204 0z" fill="{d}"/>'
        '<ellipse cx="200" cy="126" rx="102" ry="27" fill="{m}"/>'
        '<ellipse cx="200" cy="124" rx="70" ry="15" fill="{p}" opacity=".8"/>'
        '<ellipse cx="200" cy="112" rx="16" ry="11" fill="{a}"/>'
        '<path d="M126 196v96" stroke="#fff" stroke-width="12" stroke-linecap="round" opacity=".45"/>'
    ),
    "jar": (
        '<path d="M116 150c0-14 12-22 22-24h124c10 2 22 10 22 24v146a34 34 0 0 1-34 34h-100a34 34 0 0 1-34-34z" '
        'fill="#fff" opacity=".75"/>'
        '<path d="M126 196c50-16 98 16 148 0v98a28 28 0 0 1-28 28h-92a28 28 0 0 1-28-28z" fill="{m}"/>'
        '<path d="M132 82h136v42H132z" fill="{f}"/><path d="M132 112h136v14H132z" fill="{d}"/>'
        '<path d="M158 220h84v62h-84z" fill="{p}"/>'
        '<path d="M174 240h52M174 260h36" stroke="{d}" stroke-width="6"/>'
        '<path d="M138 160v20" stroke="#fff" stroke-width="10" stroke-linecap="round"/>'
    ),
    "glass": (
        '<path d="M124 96h152l-18 214c-1 12-8 20-20 20h-76c-12 0-19-8-20-20z" fill="#fff" opacity=".7"/>'
        '<path d="M132 178h136l-11 126c-1 10-7 16-16 16h-82c-9 0-15-6-16-16z" fill="{f}" opacity=".9"/>'
        '<ellipse cx="200" cy="178" rx="68" ry="11" fill="{p}"/>'
        '<ellipse cx="200" cy="98" rx="76" ry="12" fill="{d}" opacity=".35"/>'
        '<path d="M148 128l12 162" stroke="#fff" stroke-width="10" stroke-linecap="round" opacity=".7"/>'
    ),
    "bottle": (
        '<path d="M172 66h56v56c0 22 44 34 44 84v92a32 32 0 0 1-32 32h-80a32 32 0 0 1-32-32v-92c0-50 44-62 '
        '44-84z" fill="{f}"/>'
        '<path d="M166 54h68v26h-68z" fill="{d}"/><path d="M146 216h108v62H146z" fill="{p}"/>'
        '<path d="M166 236h68M166 256h44" stroke="{d}" stroke-width="6"/>'
        '<path d="M150 190c4-18 20-30 28-44" fill="none" stroke="#fff" stroke-width="9" stroke-linecap="round" '
        'opacity=".5"/>'
    ),
    "jug": (
        '<path d="M268 150c58-16 62 96 0 112" fill="none" stroke="{d}" stroke-width="16"/>'
        '<path d="M118 100l-16-18h150l22 18c-8 56 14 84 14 148 0 50-28 82-52 82h-80c-24 0-52-32-52-82 0-64 22-92 '
        '14-148z" fill="{f}"/>'
        '<path d="M102 82h150l22 18H118z" fill="{d}"/>'
        '<path d="M134 190c-10 38-4 74 8 96" fill="none" stroke="#fff" stroke-width="11" stroke-linecap="round" '
        'opacity=".5"/>'
    ),
    "cutlery": (
        '<path d="M126 74v70a26 26 0 0 0 52 0V74M152 74v86" fill="none" stroke="{d}" stroke-width="11" '
        'stroke-linecap="round"/>'
        '<rect x="139" y="184" width="26" height="146" rx="13" fill="{f}"/>'
        '<path d="M152 160v40" stroke="{d}" stroke-width="13"/>'
        '<path d="M248 70c40 20 34 92 6 118h-12V76z" fill="#c9d1d6"/>'
        '<rect x="232" y="184" width="26" height="146" rx="13" fill="{f}"/>'
    ),
    "spoon": (
        '<ellipse cx="148" cy="130" rx="44" ry="58" transform="rotate(-30 148 130)" fill="{m}"/>'
        '<ellipse cx="144" cy="126" rx="28" ry="42" transform="rotate(-30 144 126)" fill="{p}" opacity=".7"/>'
        '<path d="M176 178l84 142" stroke="{d}" stroke-width="20" stroke-linecap="round"/>'
        '<ellipse cx="262" cy="126" rx="34" ry="46" transform="rotate(28 262 126)" fill="{a}"/>'
        '<path d="M238 166l-84 150" stroke="{m}" stroke-width="17" stroke-linecap="round"/>'
    ),
    "lunchbox": (
        '<path d="M156 132c0-44 88-44 88 0" fill="none" stroke="{d}" stroke-width="16"/>'
        '<rect x="78" y="128" width="244" height="202" rx="30" fill="{f}"/>'
        '<path d="M78 208h244v16H78z" fill="{d}"/>'
        '<rect x="180" y="194" width="40" height="44" rx="8" fill="{a}"/>'
        '<path d="M104 160v28" stroke="#fff" stroke-width="12" stroke-linecap="round" opacity=".5"/>'
    ),
    "apron": (
        '<path d="M152 92c0-60 96-60 96 0" fill="none" stroke="{d}" stroke-width="10"/>'
        '<path d="M150 88h100c2 46 20 64 46 74v156c0 8-4 12-12 12H116c-8 0-12-4-12-12V162c26-10 44-28 46-74z" '
        'fill="{f}"/>'
        '<path d="M150 88h100v16H150z" fill="{d}"/><path d="M148 212h104v40c0 28-104 28-104 0z" fill="{p}"/>'
        '<path d="M148 212h104v12H148z" fill="{a}"/>'
        '<path d="M104 176c-26 4-34 26-40 54M296 176c26 4 34 26 40 54" fill="none" stroke="{d}" stroke-width="9" '
        'stroke-linecap="round"/>'
    ),
    "glove": (
        '<path d="M150 330V216c-8-8-62-4-66-48-2-22 24-30 42-12l24 20v-52c0-70 112-70 112 0v206z" fill="{f}"/>'
        '<path d="M142 282h128v48H142z" fill="{d}"/>'
        '<path d="M262 300c28 0 28 34 0 34" fill="none" stroke="{a}" stroke-width="9"/>'
        '<path d="M174 190v-56" stroke="#fff" stroke-width="11" stroke-linecap="round" opacity=".45"/>'
    ),
    "cutter": (
        '<path d="M200 74c26 0 42 20 40 46-2 14-8 22-8 28 22 6 62-2 68 24 6 30-40 30-56 36 0 34 32 66 28 92-4 '
        "24-44 28-54 2l-18-50-18 50c-10 26-50 22-54-2-4-26 28-58 28-92-16-6-62-6-56-36 6-26 46-18 68-24 "
        '0-6-6-14-8-28-2-26 14-46 40-46z" fill="{p}" stroke="{m}" stroke-width="16" stroke-linejoin="round"/>'
        '<circle cx="184" cy="112" r="6" fill="{d}"/><circle cx="216" cy="112" r="6" fill="{d}"/>'
        '<path d="M186 130q14 12 28 0" fill="none" stroke="{d}" stroke-width="5" stroke-linecap="round"/>'
        '<circle cx="200" cy="180" r="8" fill="{a}"/><circle cx="200" cy="212" r="8" fill="{a}"/>'
    ),
    "scales": (
        '<path d="M92 330l28-134h160l28 134z" fill="{f}"/>'
        '<path d="M70 130h260c-8 40-40 56-72 56H142c-32 0-64-16-72-56z" fill="{d}"/>'
        '<path d="M184 184h32v18h-32z" fill="{d}"/><circle cx="200" cy="262" r="50" fill="{p}"/>'
        '<circle cx="200" cy="262" r="50" fill="none" stroke="{d}" stroke-width="7"/>'
        '<path d="M200 262l24-30" stroke="{a}" stroke-width="8" stroke-linecap="round"/>'
        '<circle cx="200" cy="262" r="8" fill="{d}"/>'
    ),
    "shakers": (
        '<path d="M90 330c-10-60 6-104 50-104s60 44 50 104z" fill="#efe3cf"/>'
        '<path d="M76 232c0-84 128-84 128 0 0 16-128 16-128 0z" fill="{f}"/>'
        '<path d="M210 330c-10-60 6-104 50-104s60 44 50 104z" fill="#efe3cf"/>'
        '<path d="M196 232c0-84 128-84 128 0 0 16-128 16-128 0z" fill="{f}"/>'
        '<path d="M92 304h96M212 304h96" stroke="{d}" stroke-width="8" opacity=".4"/>'
    ),
}
